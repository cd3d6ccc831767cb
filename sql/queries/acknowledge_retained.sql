UPDATE outbox SET pending = 0 WHERE id = :id AND retain = 1;
