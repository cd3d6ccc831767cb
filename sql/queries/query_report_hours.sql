-- The sums of each hour from :since to before :until.
SELECT h.token, h.hour, h.spent_nano, h.usage_nano, h.topup_nano, h.reset_nano
FROM token t CROSS JOIN hourly h ON h.token = t.id AND h.hour >= :since AND h.hour < :until
WHERE t.kind <> 'credits'
ORDER BY t.id, h.hour;
