-- What only the readings said becomes corrections, as in reverse_bookings.sql.
INSERT INTO booking (poll, token, seq, kind, amount_nano, since)
SELECT r.poll, r.token, 0, 5, -r.spent_nano, p.prior_at
FROM poll p CROSS JOIN reading r ON r.poll = p.id AND r.token = :token
WHERE p.id >= :poll AND r.spent_nano IS NOT NULL;
