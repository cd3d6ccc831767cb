-- What is left on each account, and how far its consumption is known, with what the forecast of the credits is read
-- from (view/standing.c). Of credits that the last poll did not tell, no end is told. `newer` says what the view
-- token_now does, of the credits alone: a row or two of each poll.
WITH newer AS MATERIALIZED (
    SELECT t.id AS token, max(p.id) AS poll, r.balance_nano, p.at,
           sum(iif(r.spent_nano BETWEEN 0 AND 1 << 46, r.spent_nano, NULL)) AS spent_nano
    FROM checkpoint c CROSS JOIN poll p ON p.id > c.poll
         CROSS JOIN token t INDEXED BY token_living
         ON t.account = p.account AND t.kind = 'credits' AND t.deleted_at IS NULL
         CROSS JOIN reading r ON r.poll = p.id AND r.token = t.id
         CROSS JOIN token_state k ON k.token = t.id
    WHERE (r.token > c.token OR r.poll > c.upto) AND p.id > k.known_poll
    GROUP BY t.id
)
SELECT a.name AS account,
       CASE WHEN n.token IS NULL THEN s.balance_nano ELSE n.balance_nano END AS balance_nano,
       coalesce(s.burn_24h_nano, s.burn_6h_nano, s.burn_1h_nano) AS burn_nano,
       max(s.seen_at, coalesce(n.at, s.seen_at),
           CASE WHEN a.credits_reason IS NULL THEN coalesce(a.last_ok_at, s.seen_at) ELSE 0 END) AS seen,
       a.credits_reason, a.usage_from, a.usage_at, a.usage_reason,
       s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano, t.first_seen,
       a.stale_s,
       c.origin, CAST(s.spent_nano + coalesce(n.spent_nano, 0) AS INTEGER) - c.spent_nano AS spent_nano,
       c.history, c.bytes,
       a.credits_source, a.credits_set_at, a.credits_set_nano,
       max(CAST(s.spent_nano + coalesce(n.spent_nano, 0) AS INTEGER), s.spent_most_nano) AS spent_ever_nano
FROM account a
     LEFT JOIN token t ON t.account = a.id AND t.kind = 'credits' AND t.deleted_at IS NULL
     LEFT JOIN token_state s ON s.token = t.id
     LEFT JOIN newer n ON n.token = t.id
     LEFT JOIN curve c ON c.token = t.id
WHERE a.removed_at IS NULL AND (:account IS NULL OR a.name = :account)
      AND (s.token IS NOT NULL OR a.credits_reason IS NOT NULL OR a.usage_at IS NOT NULL OR a.usage_reason IS NOT NULL
           OR a.credits_source <> 'api')
ORDER BY a.name;
