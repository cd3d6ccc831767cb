-- A payer that no list ever showed: a token that is gone (:deleted_at), or the main key.
INSERT INTO token (account, name, slug, first_seen, deleted_at, generation, kind)
VALUES (:account, :name, :slug, :day, :deleted_at, 1 + coalesce((SELECT max(generation) FROM token
        WHERE account = :account AND name = :name), 0), :kind)
RETURNING id;
