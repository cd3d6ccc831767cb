-- Consumption of the last :since seconds before the account's newest good poll.
SELECT e.token, e.amount_nano, e.since, p.at
FROM poll p JOIN entry e ON e.poll = p.id
WHERE p.account = :account AND e.kind = 'consumption'
  AND p.at > (SELECT last_ok_at FROM account WHERE id = :account) - :since
ORDER BY e.token, e.poll, e.seq;
