-- After book_reversed.sql.
UPDATE reading SET spent_nano = NULL
WHERE token = :token AND spent_nano IS NOT NULL AND poll IN (SELECT id FROM poll WHERE id >= :poll);
