-- Forecasts and burns as they were published last, in the order of tokens: what differs from them is news. `newer`: as
-- in load_tokens.sql.
WITH newer AS MATERIALIZED (
    SELECT o.token, max(o.poll) AS poll, o.balance_nano, o.at, sum(o.spent_nano) AS spent_nano
    FROM open_reading o CROSS JOIN token_state k ON k.token = o.token
    WHERE o.token BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807) AND o.poll > k.known_poll
    GROUP BY o.token
)
SELECT s.token, s.verdict, s.early_at, s.likely_at, s.late_at, s.alarm_at, s.relief_at, s.horizon_at, s.lasts_bp,
       s.history, s.forecast_at, CAST(s.spent_nano + coalesce(n.spent_nano, 0) AS INTEGER) AS spent_nano,
       s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano,
       s.limited_by IS 'credits' AS by_credits,
       s.spent_most_nano
FROM token t JOIN token_state s ON s.token = t.id LEFT JOIN newer n ON n.token = t.id
WHERE +t.account = :account AND t.deleted_at IS NULL AND +t.kind = :kind
      AND t.id BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
ORDER BY s.token;
