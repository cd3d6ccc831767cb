-- The token that has an id of its API; its last life, should it have had several.
SELECT id FROM token
WHERE account = :account AND identity = :key AND kind = 'token'
ORDER BY deleted_at IS NOT NULL, generation DESC
LIMIT 1;
