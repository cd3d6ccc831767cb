-- Accounts and their last poll.
SELECT a.name, p.at, p.result, nullif(p.http_status, 0), p.reason, p.tokens, p.changed, p.missing, p.took_ms,
       a.last_ok_at, a.interval_s
FROM account a
     LEFT JOIN poll p ON p.id = (SELECT id FROM poll WHERE account = a.id ORDER BY id DESC LIMIT 1)
WHERE :account IS NULL OR a.name = :account
ORDER BY a.name;
