-- Living tokens, or the credits, in the order of ids. What was spent before a token was seen is known from consumption.
-- What has no budget is known up to the last answer about it.
SELECT t.id, t.name, t.identity, t.called, t.member, t.masked,
       min(t.first_seen, coalesce((SELECT CASE WHEN usage_nano > 0 AND (s.budgeted = 0 OR day + 86400 <= t.first_seen)
                                               THEN day END
                                   FROM daily WHERE token = t.id ORDER BY day LIMIT 1), t.first_seen)) AS known_from,
       s.last_seen AS seen,
       s.missing, s.type, s.balance_nano, s.budgeted, s.expires_at, s.reset_period, s.reset_amount_nano, s.last_reset,
       s.risen_to_nano, t.slug, s.burn_1h_nano,
       s.burn_source, a.usage_at,
       s.unreadable,
       s.missing_since, s.lost_in_mass
FROM token t JOIN token_now s ON s.token = t.id JOIN account a ON a.id = t.account
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind AND (:only IS NULL OR t.id = :only)
ORDER BY t.id;
