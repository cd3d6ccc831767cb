-- Views that show what 0006 added.

DROP VIEW v_token;
CREATE VIEW v_token AS
SELECT t.id AS token_id, a.name AS account, t.name AS token, t.generation, t.slug,
       t.first_seen, t.deleted_at, s.type, s.budgeted,
       CASE WHEN s.missing = 0 AND s.unreadable IS NULL
            THEN max(s.seen_at, coalesce(a.last_ok_at, s.seen_at)) ELSE s.seen_at END AS seen_at,
       s.missing,
       CAST(s.balance_nano AS REAL) / 1e9 AS balance_usd,
       s.expires_at, s.reset_period, CAST(s.reset_amount_nano AS REAL) / 1e9 AS reset_amount_usd,
       s.burn_source,
       CAST(s.burn_1h_nano AS REAL) / 1e9 AS burn_1h_usd_per_h,
       CAST(s.burn_6h_nano AS REAL) / 1e9 AS burn_6h_usd_per_h,
       CAST(s.burn_24h_nano AS REAL) / 1e9 AS burn_24h_usd_per_h,
       CAST(s.burn_7d_nano AS REAL) / 1e9 AS burn_7d_usd_per_h,
       s.verdict, s.early_at, s.likely_at, s.late_at, s.horizon_at, s.forecast_at,
       CAST(s.lasts_bp AS REAL) / 1e4 AS chance_lasts, s.history,
       s.unreadable
FROM token t JOIN account a ON a.id = t.account JOIN token_state s ON s.token = t.id
WHERE t.kind = 'token';
