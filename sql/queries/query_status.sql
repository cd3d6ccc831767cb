-- Living tokens as token_state has them, by id: all, or the first :most whose ids follow :after. The reader adds what
-- newer readings say (edge/store/slice.c), reads the forecast for its own now, and puts the nearest exhaustion first
-- (view/standing.c).
SELECT t.id, t.account AS account_id, s.known_poll, a.name AS account, t.name AS token, s.type,
       s.balance_nano, s.budgeted,
       s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano,
       s.reset_period, s.reset_amount_nano, s.expires_at, s.seen_at, s.missing, s.burn_source, s.unreadable,
       min(t.first_seen, coalesce((SELECT CASE WHEN usage_nano > 0 AND (s.budgeted = 0 OR day + 86400 <= t.first_seen)
                                               THEN day END
                                   FROM daily WHERE token = t.id ORDER BY day LIMIT 1), t.first_seen)) AS known_from,
       a.stale_s, a.last_ok_at, s.spent_nano, s.spent_most_nano,
       c.origin, c.spent_nano AS curve_spent_nano, c.history, c.bytes, t.member
FROM token t CROSS JOIN account a ON a.id = t.account
     CROSS JOIN token_state s ON s.token = t.id
     LEFT JOIN curve c ON c.token = t.id
WHERE t.id > coalesce(:after, 0) AND t.deleted_at IS NULL AND t.kind = 'token' AND a.removed_at IS NULL
      AND (:account IS NULL OR a.name = :account)
ORDER BY t.id LIMIT coalesce(:most, -1);
