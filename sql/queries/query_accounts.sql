-- Accounts, their last poll, when and why the next one is planned, and their calls in the hour before :now.
WITH called AS (
    SELECT account, sum(calls) AS calls FROM poll WHERE at > :now - 3600 AND at <= :now GROUP BY account
)
SELECT a.name AS account, p.at, p.result, nullif(p.http_status, 0) AS http_status, p.reason, p.tokens, p.changed,
       p.missing, p.took_ms,
       a.last_ok_at, a.interval_s, a.next_poll_at, a.rhythm, a.rhythm_wait_s, t.name AS rhythm_token, a.rhythm_at,
       coalesce(c.calls, 0) AS calls, a.calls_milli_per_s * 3600 / 1000 AS calls_max,
       p.bytes, a.stale_s, a.usage_at,
       (SELECT count(*) FROM token WHERE account = a.id AND kind = 'token' AND deleted_at IS NULL) AS living,
       a.credits_source, a.key_asked_at, a.key_scopes, a.key_ends_at, a.key_reason
FROM account a
     LEFT JOIN poll p ON p.id = (SELECT id FROM poll WHERE account = a.id ORDER BY id DESC LIMIT 1)
     LEFT JOIN token t ON t.id = a.rhythm_token
     LEFT JOIN called c ON c.account = a.id
WHERE a.removed_at IS NULL AND (:account IS NULL OR a.name = :account)
ORDER BY a.name;
