-- As checkpoint_hours.sql.
INSERT INTO daily (token, day, spent_nano, low_nano, high_nano)
SELECT s.token, s.hour / 86400 * 86400, CAST(sum(s.spent_nano) AS INTEGER), min(s.low_nano), max(s.high_nano)
FROM open_share s CROSS JOIN checkpoint c
WHERE s.token > c.token AND s.token <= :until AND s.poll <= c.upto
GROUP BY 1, 2
ON CONFLICT (token, day) DO UPDATE SET
    spent_nano = CAST(spent_nano + excluded.spent_nano AS INTEGER),
    low_nano = min(coalesce(low_nano, excluded.low_nano), coalesce(excluded.low_nano, low_nano)),
    high_nano = max(coalesce(high_nano, excluded.high_nano), coalesce(excluded.high_nano, high_nano));
