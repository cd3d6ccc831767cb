-- A topic that was cleared stays so at a broker that came back with old messages, but not for ever.
DELETE FROM outbox
WHERE id IN (SELECT id FROM outbox WHERE retain = 1 AND length(payload) = 0 AND pending = 0
             AND coalesce(cleared_at, 0) < :then ORDER BY id LIMIT :most);
