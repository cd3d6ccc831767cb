-- What the consumption endpoint has told of living tokens and main keys in all, by feature and provider: those of the
-- first :most tokens whose ids follow :after, by id.
WITH slice AS MATERIALIZED (
    SELECT DISTINCT u.token FROM usage_total u WHERE u.token > coalesce(:after, 0) ORDER BY u.token
    LIMIT coalesce(:most, -1)
)
SELECT u.token AS id, a.name AS account, t.kind, t.name AS token, f.text AS feature, p.text AS provider, u.told_nano,
       t.deleted_at IS NULL AND a.removed_at IS NULL AS is_living
FROM slice i CROSS JOIN usage_total u ON u.token = i.token CROSS JOIN token t ON t.id = u.token
     CROSS JOIN account a ON a.id = t.account JOIN word f ON f.id = u.feature JOIN word p ON p.id = u.provider
ORDER BY u.token, u.feature, u.provider;
