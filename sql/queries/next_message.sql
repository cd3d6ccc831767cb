SELECT id, topic, payload, retain FROM outbox WHERE pending = 1 AND id > :after ORDER BY id LIMIT 1;
