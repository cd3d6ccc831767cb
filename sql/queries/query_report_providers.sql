-- What the consumption endpoint told of each UTC day from :since to before :until, of all or
-- of the tokens :ids, by provider. It tells no calls here.
-- Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64 bits; the CAST stops at the end
-- of the range instead.
SELECT u.token, u.day, w.text AS provider,
       CAST(sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295) AS INTEGER) AS cost_nano
FROM token t CROSS JOIN usage_provider u ON u.token = t.id AND u.day >= :since AND u.day < :until
     JOIN word w ON w.id = u.provider
WHERE :ids IS NULL OR t.id IN (SELECT value FROM json_each(:ids))
GROUP BY u.token, u.day, u.provider
ORDER BY u.token, u.day, u.provider;
