DELETE FROM outbox WHERE id = :id AND retain = 0;
