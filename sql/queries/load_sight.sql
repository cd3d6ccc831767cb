SELECT failing_since, dry_at, dry_token FROM account WHERE id = :account;
