-- By how much each token's balance has fallen since the UTC day of :until began, so far as its sums show: what it had
-- then is what it has now, and this. Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64
-- bits.
WITH open AS MATERIALIZED (
    SELECT token, sum(spent_nano) AS nano FROM open_day WHERE day >= :until - :until % 86400 GROUP BY token
)
SELECT t.id AS token,
       CAST(coalesce(sum(d.spent_nano >> 32) * 4294967296 + sum(d.spent_nano & 4294967295)
            - sum(d.usage_nano >> 32) * 4294967296 - sum(d.usage_nano & 4294967295)
            - sum(d.topup_nano >> 32) * 4294967296 - sum(d.topup_nano & 4294967295)
            - sum(d.reset_nano >> 32) * 4294967296 - sum(d.reset_nano & 4294967295), 0)
            + coalesce(o.nano, 0) AS INTEGER) AS fallen_nano
FROM token t LEFT JOIN daily d ON d.token = t.id AND d.day >= :until - :until % 86400
     LEFT JOIN open o ON o.token = t.id
WHERE t.kind = 'token' AND (d.token IS NOT NULL OR o.token IS NOT NULL)
GROUP BY t.id
ORDER BY t.id;
