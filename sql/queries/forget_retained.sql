DELETE FROM outbox WHERE retain = 1 AND topic = :topic;
