-- As load_hours.sql, of what the readings since the checkpoint add to these.
SELECT o.token, o.hour, o.spent_nano, 0 AS usage_nano
FROM open_hour o CROSS JOIN token t ON t.id = o.token
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind AND (:only IS NULL OR t.id = :only)
  AND o.hour > (SELECT last_ok_at FROM account WHERE id = :account) - :since
ORDER BY 1, 2;
