-- What the consumption endpoint told of each UTC day from :since to before :until, of all or
-- of the tokens :ids, by feature.
SELECT u.token, u.day, w.text AS feature, u.cost_nano, u.calls
FROM token t CROSS JOIN usage u ON u.token = t.id AND u.day >= :since AND u.day < :until
     JOIN word w ON w.id = u.feature
WHERE :ids IS NULL OR t.id IN (SELECT value FROM json_each(:ids))
ORDER BY t.id, u.day, u.feature;
