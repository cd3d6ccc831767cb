-- An account that is as it is to be.
SELECT id, last_ok_at FROM account WHERE name = :name AND interval_s = :interval_s;
