-- What was booked of one token from a poll on, oldest first, and whether it is in the sums by hour and day. Readings
-- after the checkpoint are not.
SELECT b.kind, b.amount_nano, b.since, p.at, 1 AS is_summed, p.id, b.seq
FROM poll p CROSS JOIN booking b ON b.poll = p.id AND b.token = :token
WHERE p.id >= :poll
UNION ALL
SELECT 0, r.spent_nano, p.prior_at, p.at, p.id <= iif(:token <= c.token, c.upto, c.poll), p.id, 0
FROM checkpoint c CROSS JOIN poll p CROSS JOIN reading r ON r.poll = p.id AND r.token = :token
WHERE p.id >= :poll AND r.spent_nano IS NOT NULL
ORDER BY 6, 7;
