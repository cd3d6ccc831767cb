-- NULL: stays as it is.
UPDATE account SET usage_7d_at = coalesce(:read_7d_at, usage_7d_at),
                   usage_35d_at = coalesce(:read_35d_at, usage_35d_at)
WHERE id = :account;
