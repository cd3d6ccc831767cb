-- The sums of each UTC day from :since to before :until.
SELECT d.token, d.day, d.spent_nano, d.usage_nano, d.topup_nano, d.reset_nano
FROM token t CROSS JOIN daily d ON d.token = t.id AND d.day >= :since AND d.day < :until
WHERE t.kind <> 'credits'
ORDER BY t.id, d.day;
