-- What the readings since the last checkpoint add to the sums of hours and days, of the tokens whose ids follow :after
-- up to :upto.
SELECT token, hour, sum(spent_nano) AS spent_nano
FROM open_share WHERE token > coalesce(:after, 0) AND token <= :upto
GROUP BY token, hour
ORDER BY token, hour;
