-- The sums of each hour from :since to before :until.
SELECT t.id AS token, h.hour AS hour, CAST(h.spent_nano + coalesce(o.spent_nano, 0) AS INTEGER) AS spent_nano,
       h.usage_nano, h.topup_nano, h.reset_nano
FROM token t CROSS JOIN hourly h ON h.token = t.id AND h.hour >= :since AND h.hour < :until
     LEFT JOIN open_hour o ON o.token = h.token AND o.hour = h.hour
WHERE t.kind <> 'credits'
UNION ALL
SELECT o.token, o.hour, o.spent_nano, 0, 0, 0
FROM open_hour o CROSS JOIN token t ON t.id = o.token
WHERE t.kind <> 'credits' AND o.hour >= :since AND o.hour < :until
      AND NOT EXISTS (SELECT 1 FROM hourly h WHERE h.token = o.token AND h.hour = o.hour)
ORDER BY 1, 2;
