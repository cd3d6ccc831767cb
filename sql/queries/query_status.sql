-- Living tokens as the last poll left them, with what their forecast is read from; the reader reads it for its own now
-- and puts the nearest exhaustion first (view/standing.c). By id: all, or the first :most whose ids follow :after.
-- `newer` says what the view token_now does, of these tokens alone, so that a slice costs what is in it.
WITH slice AS MATERIALIZED (
    SELECT t.id
    FROM token t JOIN account a ON a.id = t.account
    WHERE t.id > coalesce(:after, 0) AND t.deleted_at IS NULL AND t.kind = 'token' AND a.removed_at IS NULL
          AND (:account IS NULL OR a.name = :account)
    ORDER BY t.id LIMIT coalesce(:most, -1)
), newer AS MATERIALIZED (
    SELECT o.token, max(o.poll) AS poll, o.balance_nano, o.at, sum(o.spent_nano) AS spent_nano
    FROM open_reading o CROSS JOIN token_state k ON k.token = o.token
    WHERE o.token >= (SELECT min(id) FROM slice) AND o.token <= (SELECT max(id) FROM slice) AND o.poll > k.known_poll
    GROUP BY o.token
), firing AS (
    SELECT a.token, a.level, max(l.urgency) FROM alert a JOIN level l ON l.name = a.level
    WHERE a.token >= (SELECT min(id) FROM slice) AND a.token <= (SELECT max(id) FROM slice)
    GROUP BY a.token
)
SELECT t.id, a.name AS account, t.name AS token, s.type,
       CASE WHEN n.token IS NULL THEN s.balance_nano ELSE n.balance_nano END AS balance_nano, s.budgeted,
       coalesce(s.burn_24h_nano, s.burn_6h_nano, s.burn_1h_nano) AS burn_nano,
       s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano,
       coalesce(f.level, 'none') AS level,
       s.reset_period, s.reset_amount_nano, s.expires_at,
       CASE WHEN s.missing = 0 AND s.unreadable IS NULL
            THEN max(s.seen_at, coalesce(n.at, s.seen_at), coalesce(a.last_ok_at, s.seen_at))
            ELSE max(s.seen_at, coalesce(n.at, s.seen_at)) END AS seen,
       s.missing, s.burn_source, s.unreadable,
       min(t.first_seen, coalesce((SELECT CASE WHEN usage_nano > 0 AND (s.budgeted = 0 OR day + 86400 <= t.first_seen)
                                               THEN day END
                                   FROM daily WHERE token = t.id ORDER BY day LIMIT 1), t.first_seen)) AS known_from,
       a.stale_s,
       c.origin, CAST(s.spent_nano + coalesce(n.spent_nano, 0) AS INTEGER) - c.spent_nano AS spent_nano,
       c.history, c.bytes,
       a.last_ok_at,
       max(CAST(s.spent_nano + coalesce(n.spent_nano, 0) AS INTEGER), s.spent_most_nano) AS spent_ever_nano,
       t.member
FROM slice i CROSS JOIN token t ON t.id = i.id CROSS JOIN account a ON a.id = t.account
     CROSS JOIN token_state s ON s.token = t.id
     LEFT JOIN newer n ON n.token = t.id
     LEFT JOIN firing f ON f.token = t.id
     LEFT JOIN curve c ON c.token = t.id
ORDER BY t.id;
