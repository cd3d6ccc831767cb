-- What is left on each account, and how far its consumption is known. Of credits that the last poll did not tell, no
-- end is told.
SELECT a.name, s.balance_nano, coalesce(s.burn_24h_nano, s.burn_6h_nano, s.burn_1h_nano) AS burn_nano,
       CASE WHEN s.verdict <> 'blind' AND a.credits_reason IS NULL THEN s.likely_at END AS likely,
       CASE WHEN s.token IS NULL OR a.credits_reason IS NOT NULL THEN 'blind' ELSE s.verdict END AS state,
       max(s.seen_at, CASE WHEN a.credits_reason IS NULL THEN coalesce(a.last_ok_at, s.seen_at) ELSE 0 END) AS seen,
       a.credits_reason, a.usage_from, a.usage_at, a.usage_reason
FROM account a
     LEFT JOIN token t ON t.account = a.id AND t.kind = 'credits' AND t.deleted_at IS NULL
     LEFT JOIN token_state s ON s.token = t.id
WHERE (:account IS NULL OR a.name = :account)
      AND (s.token IS NOT NULL OR a.credits_reason IS NOT NULL OR a.usage_at IS NOT NULL OR a.usage_reason IS NOT NULL)
ORDER BY a.name;
