-- Living tokens, or the credits, in the order of ids. What was spent before a token was seen is known from consumption.
-- What has no budget is known up to the last answer about it. `newer` says what the view token_now does, of
-- :only alone.
WITH newer AS MATERIALIZED (
    SELECT o.token, max(o.poll) AS poll, o.balance_nano, o.at, sum(o.spent_nano) AS spent_nano
    FROM open_reading o CROSS JOIN token_state k ON k.token = o.token
    WHERE o.token BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807) AND o.poll > k.known_poll
    GROUP BY o.token
)
SELECT t.id, t.name, t.identity, t.called, t.member, t.masked,
       min(t.first_seen, coalesce((SELECT CASE WHEN usage_nano > 0 AND (s.budgeted = 0 OR day + 86400 <= t.first_seen)
                                               THEN day END
                                   FROM daily WHERE token = t.id ORDER BY day LIMIT 1), t.first_seen)) AS known_from,
       t.first_seen,
       max(s.seen_at, coalesce(n.at, s.seen_at),
           CASE WHEN s.missing = 0 AND s.unreadable IS NULL AND (t.kind <> 'credits' OR a.credits_reason IS NULL)
                THEN coalesce(a.last_ok_at, s.seen_at) ELSE s.seen_at END) AS seen,
       s.missing, s.type,
       CASE WHEN n.token IS NULL THEN s.balance_nano ELSE n.balance_nano END AS balance_nano,
       s.budgeted, s.expires_at, s.reset_period, s.reset_amount_nano, s.last_reset,
       s.risen_to_nano, t.slug, s.burn_1h_nano,
       s.burn_source, a.usage_at,
       s.unreadable,
       s.missing_since, s.lost_in_mass
FROM token t JOIN token_state s ON s.token = t.id JOIN account a ON a.id = t.account
     LEFT JOIN newer n ON n.token = t.id
WHERE +t.account = :account AND t.deleted_at IS NULL AND +t.kind = :kind
      AND t.id BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
ORDER BY t.id;
