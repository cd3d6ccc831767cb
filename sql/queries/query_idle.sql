-- Has the living token :token of :account spent anything since :since? Sums are by hour, so an hour that reaches into
-- the time counts whole. What an account's last complete poll did not show is not known.
-- Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64 bits; the CAST stops at the end
-- of the range instead.
SELECT t.first_seen, a.last_ok_at, a.stale_s, s.missing, s.balance_nano,
       (SELECT coalesce(CAST(sum(h.spent_nano >> 32) * 4294967296 + sum(h.spent_nano & 4294967295) AS INTEGER), 0)
        FROM hourly h WHERE h.token = t.id AND h.hour + 3600 > :since)
           AS spent_nano,
       (SELECT max(h.hour) FROM hourly h WHERE h.token = t.id AND h.spent_nano > 0) AS last_hour
FROM token t JOIN account a ON a.id = t.account JOIN token_state s ON s.token = t.id
WHERE t.deleted_at IS NULL AND t.kind = 'token' AND a.name = :account AND t.name = :token;
