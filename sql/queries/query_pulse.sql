-- How many alerts fire now at each level. urgency: as enum level.
SELECT u.urgency, count(*) AS alerts
FROM alert l CROSS JOIN token t ON t.id = l.token CROSS JOIN account a ON a.id = t.account
     CROSS JOIN level u ON u.name = l.level
WHERE l.level <> 'none' AND t.deleted_at IS NULL AND a.removed_at IS NULL
GROUP BY u.urgency;
