-- What was booked of one token from a poll on, oldest first.
SELECT b.kind, b.amount_nano, b.since, p.at
FROM poll p CROSS JOIN booking b ON b.poll = p.id AND b.token = :token
WHERE p.id >= :poll
ORDER BY p.id, b.seq;
