-- The name of the living token of :account whose slug is :token.
SELECT t.name AS token
FROM token t JOIN account a ON a.id = t.account
WHERE a.name = :account AND t.slug = :token AND t.deleted_at IS NULL AND t.kind = 'token';
