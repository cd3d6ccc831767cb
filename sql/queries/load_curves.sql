-- The full forecasts that stand, in the order of tokens, and what was spent since each was made.
SELECT c.token, c.origin, s.spent_nano - c.spent_nano AS spent_nano, c.history, c.bytes
FROM token t JOIN curve c ON c.token = t.id JOIN token_now s ON s.token = t.id
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind AND (:only IS NULL OR t.id = :only)
ORDER BY c.token;
