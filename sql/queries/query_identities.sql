-- The tokens of an account that its list has: who they are, and whether they live.
SELECT t.name AS token, t.identity, t.called, t.member, t.masked, t.deleted_at IS NULL AS is_living
FROM token t JOIN account a ON a.id = t.account
WHERE a.name = :account AND t.kind = 'token' AND (t.deleted_at IS NULL OR t.revoked_at IS NOT NULL)
ORDER BY t.name;
