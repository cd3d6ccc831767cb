-- A level given by hand: from now on consumption counts it down.
UPDATE account SET credits_source = :source, credits_set_id = :id, credits_set_at = :at, credits_set_nano = :nano,
    credits_spent_nano = 0
WHERE id = :account;
