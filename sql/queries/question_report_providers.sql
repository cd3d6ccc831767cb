-- What the consumption endpoint told of each UTC day from :since to before :until, by provider. It tells no calls here.
SELECT u.token, u.day, w.text, sum(u.cost_nano)
FROM token t CROSS JOIN usage_provider u ON u.token = t.id AND u.day >= :since AND u.day < :until
     JOIN word w ON w.id = u.provider
GROUP BY u.token, u.day, u.provider;
