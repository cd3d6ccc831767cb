-- Whole episodes of alerts that are over, the oldest first, until they are :most events. All events of an episode have
-- the rank of its first one; to join episodes with their events instead takes minutes when they are many.
WITH waiting AS (
    SELECT o.id, e.token, e.rule, e.since
    FROM outbox o JOIN event e ON e.id = o.event
    WHERE o.retain = 0 AND o.id > :after
          AND NOT EXISTS (SELECT 1 FROM alert l WHERE l.token = e.token AND l.rule = e.rule AND l.level <> 'none'
                                                      AND l.since <= e.since)),
grouped AS (SELECT id, min(id) OVER (PARTITION BY token, rule, since) AS first FROM waiting),
ranked AS (SELECT id, rank() OVER (ORDER BY first) AS place FROM grouped)
UPDATE outbox SET pending = 3 WHERE id IN (SELECT id FROM ranked WHERE place <= :most);
