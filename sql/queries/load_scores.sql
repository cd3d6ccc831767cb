-- What forecasts turned out to be, in the order of tokens and of their ends.
SELECT c.token, c.ended_at, c.made_at, c.early_at, c.likely_at, c.late_at
FROM token t JOIN score c ON c.token = t.id
WHERE +t.account = :account AND t.deleted_at IS NULL AND +t.kind = :kind
      AND t.id BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
ORDER BY c.token, c.ended_at, c.place;
