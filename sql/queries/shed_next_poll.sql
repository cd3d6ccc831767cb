-- The next poll to let go of. Ids rise with time, but for a clock that was set back; the first young one ends it.
SELECT id FROM poll
WHERE id > :after AND id < (SELECT id FROM poll WHERE at >= :before ORDER BY at LIMIT 1)
ORDER BY id LIMIT 1;
