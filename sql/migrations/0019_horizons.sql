-- The record of forecasts also by how far ahead they looked, as core/forecast/accuracy.h parts it: under 6 hours, to 2
-- days, beyond. A coverage is NULL while fewer than ten came due at that distance.
DROP VIEW v_forecast_record;
CREATE VIEW v_forecast_record AS
WITH aged AS (
    SELECT *, CAST(likely_at - made_at AS INTEGER) AS ahead_s,
           row_number() OVER (PARTITION BY account ORDER BY ended_at DESC) AS age FROM v_score
), ranked AS (
    SELECT *, count(*) OVER of_account AS scored,
           row_number() OVER (PARTITION BY account ORDER BY abs(late_by)) AS by_size,
           row_number() OVER (PARTITION BY account ORDER BY late_by) AS by_error
    FROM aged WHERE age <= 1000
    WINDOW of_account AS (PARTITION BY account)
), judged AS (
    SELECT account, scored, sum(within) AS held, scored >= 10 AND max(ended_at) - min(made_at) >= 86400 AS tells,
           max(CASE WHEN by_size = scored / 2 + 1 THEN abs(late_by) END) AS off,
           max(CASE WHEN by_error = scored / 2 + 1 THEN late_by END) AS bias,
           sum(ahead_s < 21600) AS scored_6h, sum(within AND ahead_s < 21600) AS held_6h,
           sum(ahead_s >= 21600 AND ahead_s < 172800) AS scored_2d,
           sum(within AND ahead_s >= 21600 AND ahead_s < 172800) AS held_2d,
           sum(ahead_s >= 172800) AS scored_beyond, sum(within AND ahead_s >= 172800) AS held_beyond
    FROM ranked GROUP BY account
)
SELECT account, scored, CASE WHEN tells THEN CAST(held AS REAL) / scored END AS coverage,
       CASE WHEN tells THEN exp(min(off, 10.0)) END AS median_factor, CASE WHEN tells THEN bias END AS bias,
       scored_6h, CASE WHEN tells AND scored_6h >= 10 THEN CAST(held_6h AS REAL) / scored_6h END AS coverage_6h,
       scored_2d, CASE WHEN tells AND scored_2d >= 10 THEN CAST(held_2d AS REAL) / scored_2d END AS coverage_2d,
       scored_beyond,
       CASE WHEN tells AND scored_beyond >= 10 THEN CAST(held_beyond AS REAL) / scored_beyond END AS coverage_beyond
FROM judged;
