DELETE FROM outbox WHERE pending = 3;
