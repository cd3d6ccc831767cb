-- What living tokens spent in each UTC hour that began after :since; hours without consumption have no row, one that is
-- open may have two.
SELECT t.id AS token, h.hour, h.spent_nano
FROM token t CROSS JOIN hourly h ON h.token = t.id AND h.hour > :since
WHERE t.deleted_at IS NULL
UNION ALL
SELECT t.id, o.hour, o.spent_nano
FROM open_hour o CROSS JOIN token t ON t.id = o.token
WHERE t.deleted_at IS NULL AND o.hour > :since
ORDER BY 1, 2;
