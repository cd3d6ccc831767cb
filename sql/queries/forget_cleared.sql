DELETE FROM outbox WHERE retain = 1 AND length(payload) = 0;
