-- The connection to the broker, and what waits for it.
SELECT b.address, b.state, b.since, b.version, b.reason, b.delivered_at, d.events, d.bytes,
       (SELECT coalesce(merged_from, at) FROM outbox WHERE retain = 0 ORDER BY id LIMIT 1) AS oldest_at,
       (SELECT count(*) FROM outbox WHERE refusal IS NOT NULL)
       + (SELECT count(*) FROM state_topic WHERE refusal IS NOT NULL) AS refused,
       coalesce((SELECT refusal FROM outbox WHERE refusal IS NOT NULL ORDER BY id LIMIT 1),
                (SELECT refusal FROM state_topic WHERE refusal IS NOT NULL ORDER BY topic LIMIT 1)) AS refusal
FROM outbox_depth d LEFT JOIN broker b;
