SELECT key_asked_at, key_scopes, key_ends_at, key_reason FROM account WHERE id = :account;
