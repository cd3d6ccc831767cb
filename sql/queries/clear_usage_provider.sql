DELETE FROM usage_provider
WHERE token IN (SELECT id FROM token WHERE account = :account) AND day BETWEEN :first_day AND :last_day;
