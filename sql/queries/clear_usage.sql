DELETE FROM usage
WHERE token IN (SELECT id FROM token WHERE account = :account) AND day BETWEEN :first_day AND :last_day;
