-- Whoever can spend, and the credits, which were seen beside them: tokens of every generation, also those that are
-- gone, and the main key; the first :most whose ids follow :after, by id. `newer` says what the view token_now does, of
-- these tokens alone. is_listed: a list told of it.
WITH slice AS MATERIALIZED (
    SELECT t.id FROM token t JOIN account a ON a.id = t.account
    WHERE t.id > coalesce(:after, 0) AND t.kind <> 'account' AND (:account IS NULL OR a.name = :account)
    ORDER BY t.id LIMIT coalesce(:most, -1)
), newer AS MATERIALIZED (
    SELECT o.token, max(o.poll) AS poll, o.balance_nano
    FROM open_reading o CROSS JOIN token_state k ON k.token = o.token
    WHERE o.token >= (SELECT min(id) FROM slice) AND o.token <= (SELECT max(id) FROM slice) AND o.poll > k.known_poll
    GROUP BY o.token
)
SELECT t.id, a.id AS account_id, a.name AS account, t.name AS token, t.generation, t.kind,
       t.deleted_at IS NOT NULL AS is_deleted, a.usage_from, a.usage_at, a.usage_reason,
       coalesce(s.budgeted, 0) AS budgeted, coalesce(s.reset_period, 'none') AS reset_period, s.reset_amount_nano,
       t.first_seen, t.deleted_at, s.token IS NOT NULL AS is_listed, s.type, t.member,
       CASE WHEN n.token IS NULL THEN s.balance_nano ELSE n.balance_nano END AS balance_nano
FROM slice i CROSS JOIN token t ON t.id = i.id CROSS JOIN account a ON a.id = t.account
     LEFT JOIN token_state s ON s.token = t.id
     LEFT JOIN newer n ON n.token = t.id
ORDER BY t.id;
