-- What the days of an answer come to, added to the sums of all (:sign 1), or taken out of them (-1) before the days are
-- written anew.
INSERT INTO usage_total (token, feature, provider, cost_nano, told_nano)
SELECT u.token, u.feature, u.provider,
       CAST(:sign * (sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295)) AS INTEGER), 0
FROM token t CROSS JOIN usage_provider u ON u.token = t.id AND u.day BETWEEN :first_day AND :last_day
WHERE t.account = :account
GROUP BY u.token, u.feature, u.provider
ON CONFLICT (token, feature, provider) DO UPDATE SET cost_nano = CAST(cost_nano + excluded.cost_nano AS INTEGER);
