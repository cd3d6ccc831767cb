INSERT INTO daily (token, day, spent_nano, usage_nano, topup_nano, reset_nano, low_nano, high_nano)
VALUES (:token, :start, :spent_nano, :usage_nano, :topup_nano, :reset_nano, :low_nano, :high_nano)
ON CONFLICT (token, day) DO UPDATE SET
    spent_nano = spent_nano + excluded.spent_nano,
    usage_nano = usage_nano + excluded.usage_nano,
    topup_nano = topup_nano + excluded.topup_nano,
    reset_nano = reset_nano + excluded.reset_nano,
    low_nano = min(coalesce(low_nano, excluded.low_nano), coalesce(excluded.low_nano, low_nano)),
    high_nano = max(coalesce(high_nano, excluded.high_nano), coalesce(excluded.high_nano, high_nano));
