-- Whoever can spend: tokens of every generation, also those that are gone, and the main key. known_from: nothing of the
-- account was seen before. Its first sight is looked for once, not again for each of its tokens; listed: in its first
-- list.
WITH sight AS MATERIALIZED (
    SELECT t.account, min(t.first_seen) AS first, min(CASE WHEN s.token IS NOT NULL THEN t.first_seen END) AS listed
    FROM token t LEFT JOIN token_now s ON s.token = t.id
    WHERE t.kind <> 'account' GROUP BY t.account
)
SELECT t.id, a.name AS account, t.name AS token, t.generation, t.kind, t.deleted_at IS NOT NULL AS is_deleted,
       a.usage_from, a.usage_at,
       min(coalesce(a.usage_from, 1 << 60), i.first) AS known_from,
       coalesce(s.budgeted, 0) AS budgeted, coalesce(s.reset_period, 'none') AS reset_period, s.reset_amount_nano,
       t.first_seen, t.deleted_at, i.listed, s.type, s.balance_nano, a.usage_reason
FROM token t JOIN account a ON a.id = t.account JOIN sight i ON i.account = a.id
     LEFT JOIN token_now s ON s.token = t.id
WHERE t.kind NOT IN ('credits', 'account') AND (:account IS NULL OR a.name = :account)
ORDER BY a.name, t.name, t.generation;
