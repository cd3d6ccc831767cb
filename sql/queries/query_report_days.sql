-- The sums of each UTC day from :since to before :until.
SELECT t.id AS token, h.day AS day, CAST(h.spent_nano + coalesce(o.spent_nano, 0) AS INTEGER) AS spent_nano,
       h.usage_nano, h.topup_nano, h.reset_nano
FROM token t CROSS JOIN daily h ON h.token = t.id AND h.day >= :since AND h.day < :until
     LEFT JOIN open_day o ON o.token = h.token AND o.day = h.day
WHERE t.kind <> 'credits'
UNION ALL
SELECT o.token, o.day, o.spent_nano, 0, 0, 0
FROM open_day o CROSS JOIN token t ON t.id = o.token
WHERE t.kind <> 'credits' AND o.day >= :since AND o.day < :until
      AND NOT EXISTS (SELECT 1 FROM daily h WHERE h.token = o.token AND h.day = o.day)
ORDER BY 1, 2;
