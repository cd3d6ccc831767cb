DELETE FROM entry WHERE poll = :poll;
