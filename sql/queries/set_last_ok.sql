UPDATE account SET last_ok_at = :at WHERE id = :account;
