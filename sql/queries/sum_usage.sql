-- What the account spent on these days, its main key included. Sums are taken in two halves, for sum() of SQLite ends a
-- query with an error at 64 bits; the CAST stops at the end of the range instead.
SELECT coalesce(CAST(sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295) AS INTEGER), 0) AS nano
FROM token t CROSS JOIN usage u ON u.token = t.id AND u.day BETWEEN :first_day AND :last_day
WHERE t.account = :account;
