-- The last :since seconds before the account's newest good poll.
SELECT h.token, h.hour, h.spent_nano, h.usage_nano
FROM token t CROSS JOIN hourly h ON h.token = t.id
WHERE +t.account = :account AND t.deleted_at IS NULL AND +t.kind = :kind
      AND t.id BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
  AND h.hour > (SELECT last_ok_at FROM account WHERE id = :account) - :since
ORDER BY h.token, h.hour;
