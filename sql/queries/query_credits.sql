-- What is left on each account, and how far its consumption is known, with what the forecast of the credits is read
-- from (view/standing.c). Of credits that the last poll did not tell, no end is told.
SELECT a.name AS account, s.balance_nano, coalesce(s.burn_24h_nano, s.burn_6h_nano, s.burn_1h_nano) AS burn_nano,
       max(s.seen_at, CASE WHEN a.credits_reason IS NULL THEN coalesce(a.last_ok_at, s.seen_at) ELSE 0 END) AS seen,
       a.credits_reason, a.usage_from, a.usage_at, a.usage_reason,
       s.burn_1h_nano, s.burn_7d_nano, t.first_seen,
       a.stale_s,
       c.origin, s.spent_nano - c.spent_nano AS spent_nano, c.history, c.bytes
FROM account a
     LEFT JOIN token t ON t.account = a.id AND t.kind = 'credits' AND t.deleted_at IS NULL
     LEFT JOIN token_now s ON s.token = t.id
     LEFT JOIN curve c ON c.token = t.id
WHERE a.removed_at IS NULL AND (:account IS NULL OR a.name = :account)
      AND (s.token IS NOT NULL OR a.credits_reason IS NOT NULL OR a.usage_at IS NOT NULL OR a.usage_reason IS NOT NULL)
ORDER BY a.name;
