-- One row for each living token with what its account is known by; of an account without tokens one row of NULLs. When
-- it was last used is the end of the last hour, or of the last day of the consumption endpoint, in which anything was.
-- Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64 bits; the CAST stops at the end
-- of the range instead.
WITH known AS (
    SELECT a.id, a.name, a.last_ok_at, a.stale_s, a.usage_from, a.usage_at,
           (SELECT at FROM poll WHERE account = a.id AND result = 'ok' ORDER BY id LIMIT 1) AS begun,
           CASE WHEN a.credits_source <> 'none'
                THEN (SELECT s.balance_nano FROM token t JOIN token_now s ON s.token = t.id
                      WHERE t.account = a.id AND t.kind = 'credits' AND t.deleted_at IS NULL) END AS credits_nano,
           a.credits_source
    FROM account a
    WHERE a.removed_at IS NULL AND (:account IS NULL OR a.name = :account)
), open AS MATERIALIZED (
    SELECT token, max(day) + 86399 AS spent_at, sum(spent_nano) AS nano FROM open_day GROUP BY token
), used AS (
    SELECT t.id,
           max(coalesce(o.spent_at, 0), coalesce((SELECT day + 86399 FROM daily WHERE token = t.id AND spent_nano > 0
                                                  ORDER BY day DESC LIMIT 1), 0)) AS spent_at,
           (SELECT day + 86399 FROM usage WHERE token = t.id AND (cost_nano > 0 OR calls > 0) ORDER BY day DESC LIMIT 1)
               AS called_at,
           (SELECT CAST(sum(spent_nano >> 32) * 4294967296 + sum(spent_nano & 4294967295) + coalesce(o.nano, 0)
                        AS INTEGER)
            FROM daily WHERE token = t.id AND day > :now - 31 * 86400) AS spent_nano, o.nano AS open_nano
    FROM token t LEFT JOIN open o ON o.token = t.id WHERE t.deleted_at IS NULL AND t.kind = 'token'
)
SELECT k.name AS account, k.last_ok_at, k.credits_nano, t.name AS token, s.type, s.balance_nano, s.budgeted,
       s.expires_at, s.reset_period, s.reset_amount_nano, s.missing, t.first_seen,
       t.first_seen > k.begun AS born,
       nullif(min(:now, max(u.spent_at, coalesce(u.called_at, 0))), 0) AS used_at,
       k.usage_from, k.usage_at, coalesce(u.spent_nano, u.open_nano) AS spent_nano, k.stale_s, s.unreadable,
       k.credits_source
FROM known k
     LEFT JOIN token t ON t.account = k.id AND t.deleted_at IS NULL AND t.kind = 'token'
     LEFT JOIN token_now s ON s.token = t.id
     LEFT JOIN used u ON u.id = t.id
ORDER BY k.name, t.name;
