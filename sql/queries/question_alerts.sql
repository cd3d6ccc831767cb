-- Alerts that are firing, the worst and oldest first, with the words of their last transition.
WITH latest AS (
    SELECT token, rule, max(seq) AS seq FROM event GROUP BY token, rule
)
SELECT l.level, l.since, a.name, CASE t.kind WHEN 'credits' THEN '(credits)' ELSE t.name END, l.rule, l.episode, l.step,
       e.at, e.summary
FROM alert l JOIN token t ON t.id = l.token JOIN account a ON a.id = t.account
     LEFT JOIN latest x ON x.token = l.token AND x.rule = l.rule
     LEFT JOIN event e ON e.seq = x.seq
WHERE l.level <> 'none' AND t.deleted_at IS NULL AND (:account IS NULL OR a.name = :account)
ORDER BY CASE l.level WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, l.since, a.name, t.name, l.rule;
