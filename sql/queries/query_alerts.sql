-- Alerts that are firing, with the words of their last transition, and what is known of their series now: what stands
-- today is worked out from that and from its forecast (view/standing.c). Of the first :most series whose ids follow
-- :after, by id; whoever reads them puts the worst and oldest first (view/alerts.c). `newer` says what the view
-- token_now does, of these series alone.
WITH slice AS MATERIALIZED (
    SELECT DISTINCT token FROM alert WHERE token > coalesce(:after, 0) ORDER BY token LIMIT coalesce(:most, -1)
), newer AS MATERIALIZED (
    SELECT o.token, max(o.poll) AS poll, o.balance_nano, o.at
    FROM open_reading o CROSS JOIN token_state k ON k.token = o.token
    WHERE o.token >= (SELECT min(token) FROM slice) AND o.token <= (SELECT max(token) FROM slice)
          AND o.poll > k.known_poll
    GROUP BY o.token
), latest AS MATERIALIZED (
    SELECT token, rule, max(seq) AS seq FROM event
    WHERE token >= (SELECT min(token) FROM slice) AND token <= (SELECT max(token) FROM slice)
    GROUP BY token, rule
)
SELECT l.level, l.since, a.name AS account,
       CASE t.kind WHEN 'credits' THEN '(credits)' WHEN 'account' THEN '(account)' ELSE t.name END AS token,
       l.rule, l.episode,
       l.step,
       e.at, e.summary,
       t.kind, s.type,
       CASE WHEN n.token IS NULL THEN s.balance_nano ELSE n.balance_nano END AS balance_nano,
       s.budgeted, s.expires_at, s.reset_period, s.reset_amount_nano, s.risen_to_nano,
       (SELECT r.usage_nano - r.balance_nano FROM reconcile r WHERE r.token = t.id AND r.judged <> 'hidden'
        ORDER BY r.day DESC LIMIT 1) AS drift_nano,
       max(s.seen_at, coalesce(n.at, s.seen_at),
           CASE WHEN s.missing = 0 AND s.unreadable IS NULL AND (t.kind <> 'credits' OR a.credits_reason IS NULL)
                THEN coalesce(a.last_ok_at, s.seen_at) ELSE s.seen_at END) AS seen,
       t.id,
       coalesce(max(a.last_ok_at, a.failing_since - a.interval_s), a.failing_since, l.since) AS unread_since,
       coalesce((SELECT p.reason FROM poll p WHERE p.account = a.id ORDER BY p.id DESC LIMIT 1), e.reason)
           AS unread_reason,
       (SELECT CASE d.kind WHEN 'credits' THEN 'the account' ELSE d.name END FROM token d WHERE d.id = a.dry_token)
           AS dry_token,
       a.dry_at, a.credits_source, l.kind AS rule_kind, a.key_scopes, a.key_ends_at, a.key_reason, u.urgency,
       l.level <> 'none' AND t.deleted_at IS NULL AND (:account IS NULL OR a.name = :account) AS is_firing
FROM slice i CROSS JOIN alert l ON l.token = i.token CROSS JOIN token t ON t.id = l.token
     CROSS JOIN account a ON a.id = t.account CROSS JOIN level u ON u.name = l.level
     LEFT JOIN token_state s ON s.token = t.id
     LEFT JOIN newer n ON n.token = t.id
     LEFT JOIN latest x ON x.token = l.token AND x.rule = l.rule
     LEFT JOIN event e ON e.seq = x.seq
ORDER BY l.token, l.rule;
