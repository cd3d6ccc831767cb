DELETE FROM booking WHERE poll = :poll;
