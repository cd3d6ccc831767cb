SELECT usage_from, usage_at, usage_7d_at, usage_35d_at, usage_reason FROM account WHERE id = :account;
