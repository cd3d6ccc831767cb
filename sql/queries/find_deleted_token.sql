-- Asked for each newcomer, so no more than this is done for one that is new.
SELECT id FROM token WHERE account = :account AND key IN (:key, :vendor_name) AND deleted_at IS NOT NULL LIMIT 1;
