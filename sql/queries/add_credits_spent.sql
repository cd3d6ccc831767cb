UPDATE account SET credits_spent_nano = CAST(credits_spent_nano + :nano AS INTEGER) WHERE id = :account;
