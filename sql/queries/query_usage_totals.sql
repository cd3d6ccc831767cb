-- What the consumption endpoint has told in all of living tokens and main keys whose ids follow :after, up to :upto, by
-- feature and provider.
SELECT u.token AS id, a.name AS account, t.kind, t.name AS token, f.text AS feature, p.text AS provider, u.told_nano
FROM usage_total u CROSS JOIN token t ON t.id = u.token CROSS JOIN account a ON a.id = t.account
     CROSS JOIN word f ON f.id = u.feature CROSS JOIN word p ON p.id = u.provider
WHERE u.token > coalesce(:after, 0) AND u.token <= :upto AND t.deleted_at IS NULL AND a.removed_at IS NULL
ORDER BY u.token, u.feature, u.provider;
