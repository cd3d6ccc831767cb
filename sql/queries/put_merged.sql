-- In the place of the oldest that it stands for.
INSERT INTO outbox (id, topic, payload, retain, pending, at, merged, merged_from)
VALUES (:id, :topic, :payload, 0, 1, :at, :merged, :merged_from);
