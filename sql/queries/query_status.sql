-- Living tokens as the last poll left them, with what their forecast is read from; the reader reads it for its own now
-- and puts the nearest exhaustion first (view/standing.c).
WITH firing AS (
    SELECT a.token, a.level, max(l.urgency) FROM alert a JOIN level l ON l.name = a.level GROUP BY a.token
)
SELECT t.id, a.name AS account, t.name AS token, s.type, s.balance_nano, s.budgeted,
       coalesce(s.burn_24h_nano, s.burn_6h_nano, s.burn_1h_nano) AS burn_nano,
       s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano,
       coalesce(f.level, 'none') AS level,
       s.reset_period, s.reset_amount_nano, s.expires_at,
       CASE WHEN s.missing = 0 AND s.unreadable IS NULL
            THEN max(s.seen_at, coalesce(a.last_ok_at, s.seen_at)) ELSE s.seen_at END AS seen,
       s.missing, s.burn_source, s.unreadable,
       min(t.first_seen, coalesce((SELECT CASE WHEN usage_nano > 0 AND (s.budgeted = 0 OR day + 86400 <= t.first_seen)
                                               THEN day END
                                   FROM daily WHERE token = t.id ORDER BY day LIMIT 1), t.first_seen)) AS known_from,
       a.stale_s,
       c.origin, s.spent_nano - c.spent_nano AS spent_nano, c.history, c.bytes,
       a.last_ok_at
FROM token t JOIN account a ON a.id = t.account JOIN token_now s ON s.token = t.id
     LEFT JOIN firing f ON f.token = t.id
     LEFT JOIN curve c ON c.token = t.id
WHERE t.deleted_at IS NULL AND t.kind = 'token' AND a.removed_at IS NULL AND (:account IS NULL OR a.name = :account)
ORDER BY a.name, t.name;
