-- What the days of an answer come to, added to the sums of all (:sign 1), or taken out of them (-1) before the days are
-- written anew. What a feature costs that is split among no providers is of an unknown one (0015_dashboards.sql).
WITH told AS (
    SELECT u.token, u.feature, u.provider, u.cost_nano
    FROM token t CROSS JOIN usage_provider u ON u.token = t.id AND u.day BETWEEN :first_day AND :last_day
    WHERE t.account = :account
    UNION ALL
    SELECT u.token, u.feature, w.id, u.cost_nano
    FROM token t CROSS JOIN usage u ON u.token = t.id AND u.day BETWEEN :first_day AND :last_day
         JOIN word w ON w.text = '(unknown provider)'
    WHERE t.account = :account AND u.cost_nano <> 0
          AND NOT EXISTS (SELECT 1 FROM usage_provider p
                          WHERE p.token = u.token AND p.day = u.day AND p.feature = u.feature)
)
INSERT INTO usage_total (token, feature, provider, cost_nano, told_nano)
SELECT token, feature, provider,
       CAST(:sign * (sum(cost_nano >> 32) * 4294967296 + sum(cost_nano & 4294967295)) AS INTEGER), 0
FROM told WHERE true
GROUP BY token, feature, provider
ON CONFLICT (token, feature, provider) DO UPDATE SET cost_nano = CAST(cost_nano + excluded.cost_nano AS INTEGER);
