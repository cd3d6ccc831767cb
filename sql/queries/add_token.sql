-- A name that comes back is the next generation.
INSERT INTO token (account, name, slug, first_seen, generation)
VALUES (:account, :name, :slug, :at,
        1 + coalesce((SELECT max(generation) FROM token WHERE account = :account AND name = :name), 0))
RETURNING id;
