UPDATE account SET failing_since = :failing_since, dry_at = :dry_at, dry_token = :dry_token WHERE id = :account;
