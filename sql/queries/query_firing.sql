-- Alerts that fire, of living series of accounts that are configured, whose ids follow :after, up to :upto.
SELECT a.name AS account, t.kind, t.name AS token, l.rule, l.level
FROM alert l CROSS JOIN token t ON t.id = l.token CROSS JOIN account a ON a.id = t.account
WHERE l.token > coalesce(:after, 0) AND l.token <= :upto AND l.level <> 'none'
      AND t.deleted_at IS NULL AND a.removed_at IS NULL
ORDER BY l.token, l.rule;
