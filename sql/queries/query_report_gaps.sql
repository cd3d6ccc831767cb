-- Consumption of the tokens :ids that was spent nobody knows when between two readings, which lie around some of :since
-- to before :until.
SELECT g.token, g.since, g.until, g.amount_nano
FROM json_each(:ids) i CROSS JOIN gap g ON g.token = i.value AND g.until > :since AND g.since < :until
ORDER BY g.token, g.since;
