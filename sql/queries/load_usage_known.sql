SELECT usage_from, usage_at FROM account WHERE id = :account;
