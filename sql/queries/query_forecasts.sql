-- How good the forecasts of each living token have been, as query_record.sql for accounts; scores are kept for the
-- newest 64 of each.
WITH ranked AS (
    SELECT a.name AS account, t.name AS token, t.id, t.kind, c.within, c.spent, c.error_milli, c.made_at, c.ended_at,
           c.likely_at,
           count(*) OVER (PARTITION BY t.id) AS count,
           row_number() OVER (PARTITION BY t.id ORDER BY abs(c.error_milli)) AS by_size,
           row_number() OVER (PARTITION BY t.id ORDER BY c.error_milli) AS by_error
    FROM token t JOIN account a ON a.id = t.account JOIN score c ON c.token = t.id
    WHERE t.deleted_at IS NULL AND (:account IS NULL OR a.name = :account) AND (:token IS NULL OR t.name = :token)
)
SELECT account, token, kind, count, sum(within) AS within, sum(spent) AS spent,
       max(CASE WHEN by_size = count / 2 + 1 THEN abs(error_milli) END) AS off_milli,
       max(CASE WHEN by_error = count / 2 + 1 THEN error_milli END) AS bias_milli,
       max(ended_at) - min(made_at) AS over_s,
       sum(likely_at - made_at < 21600) AS hours_count, sum(within AND likely_at - made_at < 21600) AS hours_within,
       sum(likely_at - made_at >= 21600 AND likely_at - made_at < 172800) AS days_count,
       sum(within AND likely_at - made_at >= 21600 AND likely_at - made_at < 172800) AS days_within,
       sum(likely_at - made_at >= 172800) AS far_count, sum(within AND likely_at - made_at >= 172800) AS far_within
FROM ranked GROUP BY id ORDER BY account, kind, token;
