-- The sums of each UTC day from :since to before :until, of the tokens :ids, but for what query_report_open.sql adds.
SELECT h.token, h.day, h.spent_nano, h.usage_nano, h.topup_nano, h.reset_nano
FROM json_each(:ids) i CROSS JOIN daily h ON h.token = i.value AND h.day >= :since AND h.day < :until
ORDER BY h.token, h.day;
