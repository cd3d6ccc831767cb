-- What one living token spent between two readings, for the readings after :since.
SELECT e.amount_nano, e.since, p.at
FROM token t JOIN account a ON a.id = t.account
     CROSS JOIN poll p ON p.at > :since
     CROSS JOIN entry e ON e.poll = p.id AND e.token = t.id AND e.kind = 'consumption'
WHERE t.name = :token AND t.deleted_at IS NULL AND t.kind IN ('token', 'credits') AND a.name = :account
ORDER BY p.id, e.seq;
