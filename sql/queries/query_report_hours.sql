-- The sums of each hour from :since to before :until, of the tokens :ids, but for what query_report_open.sql adds.
SELECT h.token, h.hour, h.spent_nano, h.usage_nano, h.topup_nano, h.reset_nano
FROM json_each(:ids) i CROSS JOIN hourly h ON h.token = i.value AND h.hour >= :since AND h.hour < :until
ORDER BY h.token, h.hour;
