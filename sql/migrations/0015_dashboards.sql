-- The cost of a feature that the consumption endpoint splits among no providers is that of an unknown one: in the view,
-- and in the sums of all that it has told.
INSERT INTO word (id, text)
SELECT -1, '(unknown provider)' WHERE NOT EXISTS (SELECT 1 FROM word WHERE text = '(unknown provider)');

DROP VIEW v_usage_provider;
CREATE VIEW v_usage_provider AS
SELECT u.day AS at, a.name AS account, t.name AS token, t.id AS token_id, t.kind, f.text AS feature,
       p.text AS provider, CAST(u.cost_nano AS REAL) / 1e9 AS cost_usd
FROM usage_provider u JOIN token t ON t.id = u.token JOIN account a ON a.id = t.account
     JOIN word f ON f.id = u.feature JOIN word p ON p.id = u.provider
UNION ALL
SELECT u.day, a.name, t.name, t.id, t.kind, f.text, '(unknown provider)', CAST(u.cost_nano AS REAL) / 1e9
FROM usage u JOIN token t ON t.id = u.token JOIN account a ON a.id = t.account JOIN word f ON f.id = u.feature
WHERE u.cost_nano <> 0
      AND NOT EXISTS (SELECT 1 FROM usage_provider p
                      WHERE p.token = u.token AND p.day = u.day AND p.feature = u.feature);

-- As 0013 did of those that are split.
INSERT INTO usage_total (token, feature, provider, cost_nano, told_nano)
SELECT u.token, u.feature, w.id,
       CAST(sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295) AS INTEGER),
       max(0, CAST(sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295) AS INTEGER))
FROM usage u CROSS JOIN word w ON w.text = '(unknown provider)'
WHERE u.cost_nano <> 0
      AND NOT EXISTS (SELECT 1 FROM usage_provider p
                      WHERE p.token = u.token AND p.day = u.day AND p.feature = u.feature)
GROUP BY u.token, u.feature
ON CONFLICT (token, feature, provider) DO UPDATE
SET cost_nano = CAST(cost_nano + excluded.cost_nano AS INTEGER),
    told_nano = CAST(told_nano + excluded.told_nano AS INTEGER);

-- The last transition of an alert, for the alerts of some tokens at a time.
CREATE INDEX event_of ON event (token, rule);
