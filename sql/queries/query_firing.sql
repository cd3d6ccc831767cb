-- Alerts that fire, the most urgent first, of living series of accounts that are configured. urgency: as enum level.
SELECT a.name AS account, t.kind, t.name AS token, l.rule, u.urgency
FROM alert l JOIN token t ON t.id = l.token JOIN account a ON a.id = t.account JOIN level u ON u.name = l.level
WHERE l.level <> 'none' AND t.deleted_at IS NULL AND a.removed_at IS NULL
ORDER BY u.urgency DESC, t.id, l.rule;
