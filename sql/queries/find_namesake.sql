-- The token that bore, on a day, the name by which the consumption answer calls the main key.
SELECT id FROM token
WHERE account = :account AND name = :name AND kind = 'token'
      AND first_seen - first_seen % 86400 <= :day AND (deleted_at IS NULL OR deleted_at > :day)
ORDER BY generation DESC
LIMIT 1;
