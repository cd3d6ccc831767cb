-- As shed_entries.sql: a reading that is spared says no more what was spent before it.
UPDATE reading SET spent_nano = NULL WHERE poll = :poll AND spent_nano IS NOT NULL;
