UPDATE account SET removed_at = :at WHERE id = :account;
