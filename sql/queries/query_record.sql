-- How good the forecasts of each account have been: the newest thousand that came due (from :since to before :until,
-- where these are given), how many held the truth within their interval, the median size of 1000 ln(forecast / truth),
-- its median (positive is too late), and how long a time they speak of; and by how far ahead they looked, as
-- core/forecast/accuracy.h says, how many there are and how many held.
WITH newest AS (
    SELECT a.name AS account, c.within, c.error_milli, c.made_at, c.ended_at, c.likely_at,
           row_number() OVER (PARTITION BY a.id ORDER BY c.ended_at DESC) AS age
    FROM (SELECT * FROM score
          WHERE ended_at >= coalesce(:since, 0) AND ended_at < coalesce(:until, 1 << 60)
          ORDER BY ended_at DESC LIMIT 10000) c
         JOIN token t ON t.id = c.token JOIN account a ON a.id = t.account
    WHERE :account IS NULL OR a.name = :account
), ranked AS (
    SELECT *, count(*) OVER of_account AS count,
           row_number() OVER (PARTITION BY account ORDER BY abs(error_milli)) AS by_size,
           row_number() OVER (PARTITION BY account ORDER BY error_milli) AS by_error
    FROM newest WHERE age <= 1000
    WINDOW of_account AS (PARTITION BY account)
)
SELECT account, count, sum(within) AS within,
       max(CASE WHEN by_size = count / 2 + 1 THEN abs(error_milli) END) AS off_milli,
       max(CASE WHEN by_error = count / 2 + 1 THEN error_milli END) AS bias_milli,
       max(ended_at) - min(made_at) AS over_s,
       sum(likely_at - made_at < 21600) AS hours_count, sum(within AND likely_at - made_at < 21600) AS hours_within,
       sum(likely_at - made_at >= 21600 AND likely_at - made_at < 172800) AS days_count,
       sum(within AND likely_at - made_at >= 21600 AND likely_at - made_at < 172800) AS days_within,
       sum(likely_at - made_at >= 172800) AS far_count, sum(within AND likely_at - made_at >= 172800) AS far_within
FROM ranked GROUP BY account ORDER BY account;
