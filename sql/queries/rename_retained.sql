-- The token of what is retained under a topic is shown by another name.
INSERT OR REPLACE INTO outbox (topic, payload, retain, pending, refusal, retry_at)
SELECT topic, CAST(json_set(CAST(payload AS TEXT), '$.token', :name) AS BLOB), 1,
       CASE WHEN retry_at IS NULL THEN 1 ELSE 2 END, refusal, retry_at
FROM outbox WHERE retain = 1 AND topic = :topic AND json_valid(CAST(payload AS TEXT));
