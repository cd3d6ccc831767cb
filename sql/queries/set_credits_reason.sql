UPDATE account SET credits_reason = :reason WHERE id = :account;
