-- As rebase_polls.sql; see add_daily.sql for the sums.
INSERT INTO daily (token, day, spent_nano, usage_nano, topup_nano, reset_nano, low_nano, high_nano)
SELECT token, (day + :step_s) / 86400 * 86400, spent_nano, usage_nano, topup_nano, reset_nano, low_nano, high_nano
FROM daily WHERE day < :floor
ON CONFLICT (token, day) DO UPDATE SET
    spent_nano = CAST(spent_nano + excluded.spent_nano AS INTEGER),
    usage_nano = CAST(usage_nano + excluded.usage_nano AS INTEGER),
    topup_nano = CAST(topup_nano + excluded.topup_nano AS INTEGER),
    reset_nano = CAST(reset_nano + excluded.reset_nano AS INTEGER),
    low_nano = min(coalesce(low_nano, excluded.low_nano), coalesce(excluded.low_nano, low_nano)),
    high_nano = max(coalesce(high_nano, excluded.high_nano), coalesce(excluded.high_nano, high_nano));
