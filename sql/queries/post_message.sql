-- The unique index on retained topics makes this a replacement with a new place in the order. One that the broker
-- closes the connection for stays aside until its time, also when it is replaced.
INSERT OR REPLACE INTO outbox (topic, payload, retain, pending, refusal, retry_at, event, at)
SELECT :topic, :payload, :retain, CASE WHEN was.retry_at IS NULL THEN 1 ELSE 2 END, was.refusal, was.retry_at,
       CASE WHEN :retain = 0 AND json_valid(CAST(:payload AS TEXT))
            THEN json_extract(CAST(:payload AS TEXT), '$.id') END,
       CASE WHEN :retain = 0 AND json_valid(CAST(:payload AS TEXT))
            THEN unixepoch(json_extract(CAST(:payload AS TEXT), '$.at')) END
FROM (SELECT 1) LEFT JOIN outbox was ON :retain = 1 AND was.retain = 1 AND was.topic = :topic;
