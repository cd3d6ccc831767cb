UPDATE outbox SET pending = 3
WHERE retain = 0 AND merged > 0 AND id > :after AND topic IN (SELECT topic FROM outbox WHERE pending = 3);
