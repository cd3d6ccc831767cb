-- The level of the credits that was given by hand; without one `set_at` is NULL.
SELECT credits_set_id, credits_set_at, credits_set_nano, credits_spent_nano FROM account WHERE id = :account;
