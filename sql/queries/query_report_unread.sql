-- Days, from :since to before :until, of which a part of what the consumption endpoint reported could not be read;
-- token 0: nobody knows whose.
SELECT g.token, g.day
FROM account a JOIN usage_gap g ON g.account = a.id AND g.day >= :since AND g.day < :until
WHERE :account IS NULL OR a.name = :account
ORDER BY g.token, g.day;
