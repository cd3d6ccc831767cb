UPDATE outbox SET pending = 1 WHERE retain = 1 AND pending = 0;
