-- What the consumption endpoint told of each UTC day from :since to before :until, of the tokens :ids, by feature.
SELECT u.token, u.day, w.text AS feature, u.cost_nano, u.calls
FROM json_each(:ids) i CROSS JOIN usage u ON u.token = i.value AND u.day >= :since AND u.day < :until
     JOIN word w ON w.id = u.feature
ORDER BY u.token, u.day, u.feature;
