-- The next poll to let go of, if it is old enough. Polls are walked in the order in which they were stored: a clock
-- that was set back makes no young poll old. What is not in the sums yet is no older than the checkpoint.
SELECT id
FROM (SELECT id, at FROM poll WHERE id > :after AND id <= (SELECT poll FROM checkpoint) ORDER BY id LIMIT 1)
WHERE at < :before;
