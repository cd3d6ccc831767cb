-- A topic that was cleared stays so at a broker that came back with old messages, but for more than the last thousand.
DELETE FROM outbox
WHERE id IN (SELECT id FROM outbox WHERE retain = 1 AND length(payload) = 0 AND pending = 0
             ORDER BY id DESC LIMIT :most OFFSET 1000);
