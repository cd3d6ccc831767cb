-- How the run before this one ended: when it began if it did not end in order, the last stored poll, how many alerts
-- fire, and how many messages wait for the broker.
SELECT s.running_since, (SELECT at FROM poll ORDER BY id DESC LIMIT 1) AS last_poll_at,
       (SELECT count(*) FROM alert l JOIN token t ON t.id = l.token
        WHERE l.level = 'critical' AND t.deleted_at IS NULL) AS critical,
       (SELECT count(*) FROM alert l JOIN token t ON t.id = l.token
        WHERE l.level = 'warning' AND t.deleted_at IS NULL) AS warning,
       (SELECT count(*) FROM alert l JOIN token t ON t.id = l.token
        WHERE l.level = 'info' AND t.deleted_at IS NULL) AS info,
       (SELECT count(*) FROM outbox WHERE pending = 1) AS waiting
FROM store s;
