-- By how much the balance of each of the tokens :ids has fallen since the UTC day of :until began, so far as its sums
-- show, but for what query_report_open.sql adds: what it had then is what it has now, and this. Sums are taken in two
-- halves, for sum() of SQLite ends a query with an error at 64 bits.
SELECT d.token,
       CAST(sum(d.spent_nano >> 32) * 4294967296 + sum(d.spent_nano & 4294967295)
            - sum(d.usage_nano >> 32) * 4294967296 - sum(d.usage_nano & 4294967295)
            - sum(d.topup_nano >> 32) * 4294967296 - sum(d.topup_nano & 4294967295)
            - sum(d.reset_nano >> 32) * 4294967296 - sum(d.reset_nano & 4294967295) AS INTEGER) AS fallen_nano
FROM json_each(:ids) i CROSS JOIN daily d ON d.token = i.value AND d.day >= :until - :until % 86400
GROUP BY d.token
ORDER BY d.token;
