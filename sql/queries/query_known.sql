-- Whether an account has or had a token of this name (the empty name: credits).
SELECT t.id, t.deleted_at FROM token t JOIN account a ON a.id = t.account
WHERE t.name = :token AND t.kind IN ('token', 'credits') AND (:account IS NULL OR a.name = :account)
LIMIT 1;
