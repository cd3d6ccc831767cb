DELETE FROM usage_gap WHERE account = :account AND day BETWEEN :first_day AND :last_day;
