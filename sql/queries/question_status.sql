-- Living tokens as they are believed to be at :now, the nearest exhaustion first. A token that was not seen for two
-- intervals and a minute after the poll that was planned is blind, whatever was forecast before; of one that cannot be
-- seen no end is told.
WITH firing AS (
    SELECT token, max(CASE level WHEN 'critical' THEN 3 WHEN 'warning' THEN 2 WHEN 'info' THEN 1 ELSE 0 END) AS rank
    FROM alert GROUP BY token
), sight AS (
    SELECT t.id, a.name AS account, t.name AS token, a.interval_s, a.calm_s, s.*,
           CASE WHEN s.missing = 0 AND s.unreadable IS NULL
            THEN max(s.seen_at, coalesce(a.last_ok_at, s.seen_at)) ELSE s.seen_at END AS seen,
           coalesce(f.rank, 0) AS rank
    FROM token t JOIN account a ON a.id = t.account JOIN token_state s ON s.token = t.id
         LEFT JOIN firing f ON f.token = t.id
    WHERE t.deleted_at IS NULL AND t.kind = 'token' AND (:account IS NULL OR a.name = :account)
), judged AS (
    SELECT *, CASE WHEN unreadable IS NOT NULL THEN 'unreadable'
                   WHEN :now - seen > coalesce(calm_s, interval_s) + 2 * interval_s + 60 THEN 'blind'
                   WHEN missing > 0 THEN 'missing'
                   WHEN expires_at <= :now THEN 'expired'
                   ELSE verdict END AS state
    FROM sight
), told AS (
    SELECT *, state NOT IN ('blind', 'missing', 'unreadable', 'expired') AS visible FROM judged
)
SELECT id, account, token, type, balance_nano, budgeted,
       coalesce(burn_24h_nano, burn_6h_nano, burn_1h_nano) AS burn_nano,
       burn_1h_nano, burn_6h_nano, burn_24h_nano, burn_7d_nano, state,
       CASE WHEN visible THEN early_at END AS early, CASE WHEN visible THEN likely_at END AS likely,
       CASE WHEN visible THEN late_at END AS late, horizon_at, forecast_at,
       CASE rank WHEN 3 THEN 'critical' WHEN 2 THEN 'warning' WHEN 1 THEN 'info' ELSE 'none' END AS level,
       reset_period, reset_amount_nano, expires_at, seen, missing, burn_source,
       unreadable
FROM told
ORDER BY CASE WHEN state = 'exhausted' THEN 0
              WHEN visible AND likely_at IS NOT NULL THEN 1
              WHEN state = 'blind' THEN 2
              WHEN state IN ('missing', 'unreadable') THEN 3
              WHEN state = 'learning' THEN 4
              WHEN state = 'expired' THEN 8
              WHEN state = 'no_budget' THEN 7
              WHEN state = 'idle' THEN 6
              ELSE 5 END,
         likely, rank DESC, account, token;
