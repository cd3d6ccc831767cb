SELECT id, name FROM account WHERE removed_at IS NULL ORDER BY id;
