-- The living token of one name, or (the empty name) the credits, in each account that has it: what a forecast is made
-- of. Whose row stands is as old as the last good poll, of the credits as long as they are told.
SELECT a.name, t.kind, t.first_seen,
       CASE WHEN s.missing = 0 AND s.unreadable IS NULL AND (t.kind <> 'credits' OR a.credits_reason IS NULL)
            THEN max(s.seen_at, coalesce(a.last_ok_at, s.seen_at)) ELSE s.seen_at END,
       s.missing, s.type, s.balance_nano, s.budgeted, s.expires_at, s.reset_period, s.reset_amount_nano,
       a.interval_s, coalesce(a.calm_s, a.interval_s) + 2 * a.interval_s + 60, s.burn_1h_nano
FROM token t JOIN account a ON a.id = t.account JOIN token_state s ON s.token = t.id
WHERE t.name = :token AND t.deleted_at IS NULL AND t.kind IN ('token', 'credits')
      AND (:account IS NULL OR a.name = :account)
ORDER BY a.name;
