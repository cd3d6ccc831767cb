-- What living tokens spent in each UTC hour that began after :since; hours without consumption have no row.
SELECT t.id, h.hour, h.spent_nano
FROM token t CROSS JOIN hourly h ON h.token = t.id AND h.hour > :since
WHERE t.deleted_at IS NULL
ORDER BY t.id, h.hour;
