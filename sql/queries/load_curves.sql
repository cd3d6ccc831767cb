-- The full forecasts that stand, in the order of tokens, and what was spent since each was made. `newer`: as in
-- load_tokens.sql.
WITH newer AS MATERIALIZED (
    SELECT o.token, max(o.poll) AS poll, o.balance_nano, o.at, sum(o.spent_nano) AS spent_nano
    FROM open_reading o CROSS JOIN token_state k ON k.token = o.token
    WHERE o.token BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807) AND o.poll > k.known_poll
    GROUP BY o.token
)
SELECT c.token, c.origin, CAST(s.spent_nano + coalesce(n.spent_nano, 0) AS INTEGER) - c.spent_nano AS spent_nano,
       c.history, c.bytes
FROM token t JOIN curve c ON c.token = t.id JOIN token_state s ON s.token = t.id
     LEFT JOIN newer n ON n.token = t.id
WHERE +t.account = :account AND t.deleted_at IS NULL AND +t.kind = :kind
      AND t.id BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
ORDER BY c.token;
