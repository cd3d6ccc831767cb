-- Asked for each newcomer, so no more than this is done for a name that is new.
SELECT id FROM token WHERE account = :account AND name = :name AND deleted_at IS NOT NULL LIMIT 1;
