-- What became of the forecasts of one living token that came due, in the order of their ends.
SELECT c.ended_at, c.made_at, c.early_at, c.likely_at, c.late_at
FROM token t JOIN account a ON a.id = t.account JOIN score c ON c.token = t.id
WHERE t.name = :token AND t.deleted_at IS NULL AND t.kind IN ('token', 'credits') AND a.name = :account
ORDER BY c.ended_at, c.place;
