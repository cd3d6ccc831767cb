-- Has the living token of :account that is shown or known by :token spent anything since :since? Sums are by hour, so
-- an hour that reaches into the time counts whole. What an account's last complete poll did not show is not known.
-- Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64 bits; the CAST stops at the end
-- of the range instead.
SELECT t.first_seen, a.last_ok_at, a.stale_s, s.missing, s.balance_nano,
       CAST((SELECT coalesce(sum(h.spent_nano >> 32) * 4294967296 + sum(h.spent_nano & 4294967295), 0)
             FROM hourly h WHERE h.token = t.id AND h.hour + 3600 > :since)
            + (SELECT coalesce(sum(o.spent_nano), 0) FROM open_hour o WHERE o.token = t.id AND o.hour + 3600 > :since)
            AS INTEGER) AS spent_nano,
       (SELECT max(h.hour) FROM (SELECT hour FROM hourly WHERE token = t.id AND spent_nano > 0
                                 UNION ALL SELECT hour FROM open_hour WHERE token = t.id AND spent_nano > 0) h)
           AS last_hour
FROM token t JOIN account a ON a.id = t.account JOIN token_now s ON s.token = t.id
WHERE t.deleted_at IS NULL AND t.kind = 'token' AND a.name = :account
      AND (t.name = :token OR t.key = :token);
