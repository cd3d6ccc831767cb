-- Not one that a reading still hangs on, nor the last of its account.
DELETE FROM poll
WHERE id = :poll AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.poll = poll.id)
      AND EXISTS (SELECT 1 FROM poll n WHERE n.id > poll.id AND n.account = poll.account);
