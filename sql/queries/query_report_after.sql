-- By how much each token's balance has fallen since the UTC day of :until began, so far as its sums show: what it had
-- then is what it has now, and this. Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64
-- bits.
SELECT t.id,
       CAST(sum(d.spent_nano >> 32) * 4294967296 + sum(d.spent_nano & 4294967295)
            - sum(d.usage_nano >> 32) * 4294967296 - sum(d.usage_nano & 4294967295)
            - sum(d.topup_nano >> 32) * 4294967296 - sum(d.topup_nano & 4294967295)
            - sum(d.reset_nano >> 32) * 4294967296 - sum(d.reset_nano & 4294967295) AS INTEGER)
FROM token t CROSS JOIN daily d ON d.token = t.id AND d.day >= :until - :until % 86400
WHERE t.kind = 'token'
GROUP BY t.id
ORDER BY t.id;
