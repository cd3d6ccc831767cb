-- The newest day of each living series on which both sources could be compared.
SELECT r.token, r.usage_nano - r.balance_nano AS drift_nano, max(r.day) AS day
FROM token t CROSS JOIN reconcile r ON r.token = t.id AND r.judged <> 'hidden'
WHERE +t.account = :account AND t.deleted_at IS NULL AND +t.kind = :kind
      AND t.id BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
GROUP BY r.token ORDER BY r.token;
