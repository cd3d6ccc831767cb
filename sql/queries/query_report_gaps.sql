-- Consumption that was spent nobody knows when between two readings, which lie around some of :since to before :until.
SELECT g.token, g.since, g.until, g.amount_nano
FROM token t CROSS JOIN gap g ON g.token = t.id AND g.until > :since AND g.since < :until
WHERE t.kind <> 'credits'
ORDER BY t.id, g.since;
