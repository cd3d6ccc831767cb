-- What living tokens, all or those of :ids, spent in each UTC hour that began after :since; hours without consumption
-- have no row.
SELECT t.id AS token, h.hour, CAST(h.spent_nano + coalesce(o.spent_nano, 0) AS INTEGER) AS spent_nano
FROM token t CROSS JOIN hourly h ON h.token = t.id AND h.hour > :since
     LEFT JOIN open_hour o ON o.token = h.token AND o.hour = h.hour
WHERE t.deleted_at IS NULL AND (:ids IS NULL OR t.id IN (SELECT value FROM json_each(:ids)))
UNION ALL
SELECT t.id, o.hour, o.spent_nano
FROM open_hour o CROSS JOIN token t ON t.id = o.token
WHERE t.deleted_at IS NULL AND o.hour > :since AND (:ids IS NULL OR t.id IN (SELECT value FROM json_each(:ids)))
      AND NOT EXISTS (SELECT 1 FROM hourly h WHERE h.token = o.token AND h.hour = o.hour)
ORDER BY 1, 2;
