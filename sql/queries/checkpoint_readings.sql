-- Readings of some tokens that are not in the sums yet, those of one token together, in their order. As open_reading
-- has them; a range of polls, and in each a range of tokens.
SELECT r.token, r.poll, r.balance_nano, iif(r.spent_nano BETWEEN 0 AND 1 << 46, r.spent_nano, NULL) AS spent_nano,
       p.prior_at, p.at, r.poll <= s.known_poll AS is_known
FROM poll p CROSS JOIN reading r ON r.poll = p.id AND r.token > :after AND r.token <= :until
     LEFT JOIN token_state s ON s.token = r.token
WHERE p.id > :poll AND p.id <= :upto
ORDER BY r.token, r.poll;
