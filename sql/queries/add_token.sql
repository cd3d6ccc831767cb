-- RETURNING would cost as much again.
INSERT INTO token (account, name, slug, first_seen, generation, kind, identity, called, member, masked)
VALUES (:account, :name, :slug, :at, :generation, :kind, :identity, :called, :member, :masked);
