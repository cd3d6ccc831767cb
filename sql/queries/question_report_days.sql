-- The sums of each UTC day from :since to before :until.
SELECT h.token, h.hour - h.hour % 86400 AS day, sum(h.spent_nano), sum(h.usage_nano), sum(h.topup_nano),
       sum(h.reset_nano)
FROM token t CROSS JOIN hourly h ON h.token = t.id AND h.hour >= :since AND h.hour < :until
WHERE t.kind <> 'credits'
GROUP BY h.token, day;
