UPDATE account SET usage_reason = :reason WHERE id = :account;
