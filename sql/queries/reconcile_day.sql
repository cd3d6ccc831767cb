-- What the balances and the endpoint tell of one day, of each series that was watched for the whole of it: there before
-- it began and after it ended, with a budget and no edit of it since, and with good polls around both midnights, for
-- else a fall of the balance could belong to the day before or after.
-- Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64 bits; the CAST stops at the end
-- of the range instead.
WITH told AS (
    SELECT u.token, CAST(sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295) AS INTEGER) AS nano
    FROM token t CROSS JOIN usage u ON u.token = t.id AND u.day = :day
    WHERE t.account = :account GROUP BY u.token
), happened AS (
    SELECT b.token, max(k.name IN ('edit', 'unknown')) AS edited,
           max(k.name IN ('topup', 'reset') AND p.at < :day + 86400) AS risen
    FROM poll p CROSS JOIN booking b INDEXED BY booking_rare ON b.poll = p.id AND b.kind <> 0
         CROSS JOIN booking_kind k ON k.id = b.kind
    WHERE p.account = :account AND p.at >= :day GROUP BY b.token
), open AS MATERIALIZED (
    SELECT token, sum(spent_nano) AS nano FROM open_hour WHERE hour >= :day AND hour < :day + 86400 GROUP BY token
), near AS (
    SELECT max(900, interval_s + 60) AS s FROM account WHERE id = :account
)
SELECT t.id,
       coalesce((SELECT CAST(sum(spent_nano >> 32) * 4294967296 + sum(spent_nano & 4294967295)
                            - sum(usage_nano >> 32) * 4294967296 - sum(usage_nano & 4294967295) AS INTEGER)
                 FROM hourly
                 WHERE token = t.id AND hour >= :day AND hour < :day + 86400), 0) + coalesce(p.nano, 0)
           AS balance_nano,
       CASE t.kind WHEN 'credits'
            THEN coalesce((SELECT CAST(sum(nano >> 32) * 4294967296 + sum(nano & 4294967295) AS INTEGER)
                           FROM told), 0) ELSE coalesce(o.nano, 0) END AS usage_nano,
       coalesce(h.risen, 0) AS risen
FROM near CROSS JOIN token t JOIN token_state s ON s.token = t.id
     LEFT JOIN told o ON o.token = t.id LEFT JOIN open p ON p.token = t.id LEFT JOIN happened h ON h.token = t.id
WHERE t.account = :account AND t.kind IN ('token', 'credits') AND s.budgeted = 1
      AND (t.kind = 'token' OR (SELECT credits_source FROM account WHERE id = :account) = 'api')
      AND t.first_seen <= :day AND (t.deleted_at IS NULL OR t.deleted_at >= :day + 86400) AND coalesce(h.edited, 0) = 0
      AND EXISTS (SELECT 1 FROM poll WHERE account = :account AND result = 'ok' AND at > :day - near.s AND at <= :day)
      AND EXISTS (SELECT 1 FROM poll WHERE account = :account AND result = 'ok' AND at > :day AND at <= :day + near.s)
      AND EXISTS (SELECT 1 FROM poll WHERE account = :account AND result = 'ok'
                  AND at > :day + 86400 - near.s AND at <= :day + 86400)
      AND EXISTS (SELECT 1 FROM poll WHERE account = :account AND result = 'ok'
                  AND at > :day + 86400 AND at <= :day + 86400 + near.s)
ORDER BY t.id;
