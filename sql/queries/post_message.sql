-- The unique index on retained topics makes this a replacement with a new place in the order.
INSERT OR REPLACE INTO outbox (topic, payload, retain, pending) VALUES (:topic, :payload, :retain, 1);
