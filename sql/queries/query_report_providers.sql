-- What the consumption endpoint told of each UTC day from :since to before :until, of the tokens :ids, by provider. It
-- tells no calls here. The cost of a feature that it splits among no providers is that of one which nobody knows.
-- Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64 bits; the CAST stops at the end
-- of the range instead.
SELECT u.token, u.day, w.text AS provider,
       CAST(sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295) AS INTEGER) AS cost_nano
FROM json_each(:ids) i CROSS JOIN usage_provider u ON u.token = i.value AND u.day >= :since AND u.day < :until
     JOIN word w ON w.id = u.provider
GROUP BY u.token, u.day, u.provider
UNION ALL
SELECT u.token, u.day, '(unknown provider)',
       CAST(sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295) AS INTEGER)
FROM json_each(:ids) i CROSS JOIN usage u ON u.token = i.value AND u.day >= :since AND u.day < :until
WHERE u.cost_nano <> 0
      AND NOT EXISTS (SELECT 1 FROM usage_provider p
                      WHERE p.token = u.token AND p.day = u.day AND p.feature = u.feature)
GROUP BY u.token, u.day
ORDER BY 1, 2, 3;
