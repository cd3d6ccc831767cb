DELETE FROM rule_known WHERE account = :account;
