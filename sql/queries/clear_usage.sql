-- What an answer told anew; days of which it could not be read keep what was known of them.
DELETE FROM usage
WHERE token IN (SELECT id FROM token WHERE account = :account) AND day BETWEEN :first_day AND :last_day
      AND NOT EXISTS (SELECT 1 FROM usage_gap g
                      WHERE g.account = :account AND g.day = usage.day AND g.token IN (0, usage.token));
