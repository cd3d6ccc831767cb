-- What is retained under one topic is to be retained under another, too.
INSERT OR REPLACE INTO outbox (topic, payload, retain, pending)
SELECT :to, payload, 1, 1 FROM outbox WHERE retain = 1 AND topic = :topic;
