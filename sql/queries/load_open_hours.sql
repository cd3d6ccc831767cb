-- As load_hours.sql, of what the readings since the checkpoint add to these.
SELECT o.token, o.hour, sum(o.spent_nano) AS spent_nano, 0 AS usage_nano
FROM open_share o CROSS JOIN token t ON t.id = o.token
WHERE o.token >= coalesce(:only, 0) AND o.token <= coalesce(:only, 9223372036854775807)
      AND t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind
      AND o.hour > (SELECT last_ok_at FROM account WHERE id = :account) - :since
GROUP BY o.token, o.hour
ORDER BY o.token, o.hour;
