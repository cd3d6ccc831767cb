-- Alerts of the first :most series whose ids follow :after, by id. is_firing: and their series lives, in accounts that
-- are configured. urgency: as enum level.
WITH slice AS MATERIALIZED (
    SELECT DISTINCT token FROM alert WHERE token > coalesce(:after, 0) ORDER BY token LIMIT coalesce(:most, -1)
)
SELECT l.token AS id, a.name AS account, t.kind, t.name AS token, l.rule, u.urgency,
       l.level <> 'none' AND t.deleted_at IS NULL AND a.removed_at IS NULL AS is_firing
FROM slice i CROSS JOIN alert l ON l.token = i.token CROSS JOIN token t ON t.id = l.token
     CROSS JOIN account a ON a.id = t.account CROSS JOIN level u ON u.name = l.level
ORDER BY l.token, l.rule;
