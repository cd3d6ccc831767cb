-- Whole episodes of alerts that are over, the oldest first, until they are :most events.
WITH waiting AS MATERIALIZED (
    SELECT o.id, e.token, e.rule, e.since
    FROM outbox o JOIN event e ON e.id = o.event
    WHERE o.retain = 0 AND o.id > :after
          AND NOT EXISTS (SELECT 1 FROM alert l WHERE l.token = e.token AND l.rule = e.rule AND l.level <> 'none'
                                                      AND l.since <= e.since)),
episode AS (SELECT token, rule, since, count(*) AS size, min(id) AS first FROM waiting GROUP BY token, rule, since),
ranked AS MATERIALIZED (
    SELECT token, rule, since, sum(size) OVER (ORDER BY first ROWS UNBOUNDED PRECEDING) - size AS before FROM episode)
UPDATE outbox SET pending = 3
WHERE id IN (SELECT w.id FROM waiting w JOIN ranked r USING (token, rule, since) WHERE r.before < :most);
