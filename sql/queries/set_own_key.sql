UPDATE account SET key_asked_at = :asked_at, key_scopes = :scopes, key_ends_at = :ends_at, key_reason = :reason
WHERE id = :account;
