-- Consumption (kind 0) of the last :since seconds before the account's newest good poll.
SELECT b.token, b.amount_nano, b.since, p.at
FROM poll p CROSS JOIN booking b ON b.poll = p.id
WHERE p.account = :account AND b.kind = 0 AND (:only IS NULL OR b.token = :only)
  AND p.at > (SELECT last_ok_at FROM account WHERE id = :account) - :since
ORDER BY b.token, b.poll, b.seq;
