-- As clear_usage.sql.
DELETE FROM usage_provider
WHERE token IN (SELECT id FROM token WHERE account = :account) AND day BETWEEN :first_day AND :last_day
      AND NOT EXISTS (SELECT 1 FROM usage_gap g
                      WHERE g.account = :account AND g.day = usage_provider.day
                            AND g.token IN (0, usage_provider.token));
