-- Forecasts and burns as they were published last, in the order of tokens: what differs from them is news.
SELECT s.token, s.verdict, s.early_at, s.likely_at, s.late_at, s.alarm_at, s.relief_at, s.horizon_at, s.lasts_bp,
       s.history, s.forecast_at, s.spent_nano, s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano,
       s.limited_by IS 'credits' AS by_credits,
       (SELECT spent_most_nano FROM token_state WHERE token = t.id) AS spent_most_nano
FROM token t JOIN token_now s ON s.token = t.id
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind AND (:only IS NULL OR t.id = :only)
ORDER BY s.token;
