-- Readings of the tokens of one name and what each change meant, oldest first. A reading is kept only when something
-- changed, so the one that held at :since comes first, with the time at which it was read.
-- CROSS JOIN and the plus keep the order of the loops: a range of polls, then one look into each.
WITH named AS (
    SELECT t.id, a.id AS account_id, a.name AS account, t.name AS token, t.generation
    FROM token t JOIN account a ON a.id = t.account
    WHERE t.name = :token AND (:account IS NULL OR a.name = :account)
), begun AS (
    SELECT n.*,
           coalesce((SELECT s.poll FROM poll p CROSS JOIN snapshot s ON s.poll = p.id AND s.token = n.id
                     WHERE p.account = n.account_id AND p.at <= :since ORDER BY p.id DESC LIMIT 1),
                    (SELECT min(id) FROM poll WHERE at >= :since), 0) AS poll
    FROM named n
)
SELECT p.at, n.account, n.token, n.generation, s.balance_nano,
       CASE e.kind WHEN 'consumption' THEN -e.amount_nano ELSE e.amount_nano END AS change_nano,
       coalesce(e.kind, 'reading') AS kind, e.since, s.type, s.budgeted, s.expires_at, s.reset_period,
       s.reset_amount_nano
FROM begun n
     CROSS JOIN poll p ON p.id >= n.poll AND +p.account = n.account_id
     CROSS JOIN snapshot s ON s.poll = p.id AND s.token = n.id
     LEFT JOIN entry e ON e.poll = s.poll AND e.token = s.token
WHERE :until IS NULL OR p.at < :until
ORDER BY p.id, n.account, e.seq;
