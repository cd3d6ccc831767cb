-- The forecasts that were told last, in the order of tokens: what stands until full ones are made again.
SELECT s.token, s.verdict, s.early_at, s.likely_at, s.late_at, s.alarm_at, s.relief_at, s.horizon_at, s.lasts_bp,
       s.history, s.forecast_at, s.spent_nano
FROM token t JOIN token_state s ON s.token = t.id
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind
ORDER BY s.token;
