-- Promises that stand, in the order of tokens.
SELECT p.token, p.place, p.made_at, p.amount_nano, p.target_nano, p.early_at, p.likely_at, p.late_at
FROM token t JOIN promise p ON p.token = t.id
WHERE +t.account = :account AND t.deleted_at IS NULL AND +t.kind = :kind
      AND t.id BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
ORDER BY p.token, p.place;
