-- Alerts that are firing, the worst and oldest first, with the words of their last transition, and what is known of
-- their series now: what stands today is worked out from that and from its forecast (view/standing.c).
WITH latest AS (
    SELECT token, rule, max(seq) AS seq FROM event GROUP BY token, rule
)
SELECT l.level, l.since, a.name AS account,
       CASE t.kind WHEN 'credits' THEN '(credits)' WHEN 'account' THEN '(account)' ELSE t.name END AS token,
       l.rule, l.episode,
       l.step,
       e.at, e.summary,
       t.kind, s.type, s.balance_nano, s.budgeted, s.expires_at, s.reset_period, s.reset_amount_nano, s.risen_to_nano,
       (SELECT r.usage_nano - r.balance_nano FROM reconcile r WHERE r.token = t.id AND r.judged <> 'hidden'
        ORDER BY r.day DESC LIMIT 1) AS drift_nano,
       s.last_seen AS seen,
       t.id,
       coalesce(max(a.last_ok_at, a.failing_since - a.interval_s), a.failing_since, l.since) AS unread_since,
       coalesce((SELECT p.reason FROM poll p WHERE p.account = a.id ORDER BY p.id DESC LIMIT 1), e.reason)
           AS unread_reason,
       (SELECT CASE d.kind WHEN 'credits' THEN 'the account' ELSE d.name END FROM token d WHERE d.id = a.dry_token)
           AS dry_token,
       a.dry_at, l.kind AS rule_kind, a.key_scopes, a.key_ends_at, a.key_reason
FROM alert l JOIN token t ON t.id = l.token JOIN account a ON a.id = t.account
     JOIN level u ON u.name = l.level
     LEFT JOIN token_now s ON s.token = t.id
     LEFT JOIN latest x ON x.token = l.token AND x.rule = l.rule
     LEFT JOIN event e ON e.seq = x.seq
WHERE l.level <> 'none' AND t.deleted_at IS NULL AND (:account IS NULL OR a.name = :account)
ORDER BY u.urgency DESC, l.since, a.name, t.name, l.rule;
