-- What living tokens, all or those whose ids follow :after up to :upto, spent in each UTC hour that began after :since;
-- hours without consumption have no row.
WITH open AS MATERIALIZED (
    SELECT token, hour, sum(spent_nano) AS spent_nano
    FROM open_share WHERE token > coalesce(:after, 0) AND token <= coalesce(:upto, 9223372036854775807)
    GROUP BY token, hour
)
SELECT t.id AS token, h.hour, CAST(h.spent_nano + coalesce(o.spent_nano, 0) AS INTEGER) AS spent_nano
FROM token t CROSS JOIN hourly h ON h.token = t.id AND h.hour > :since
     LEFT JOIN open o ON o.token = h.token AND o.hour = h.hour
WHERE t.deleted_at IS NULL AND t.id > coalesce(:after, 0) AND t.id <= coalesce(:upto, 9223372036854775807)
UNION ALL
SELECT t.id, o.hour, o.spent_nano
FROM open o CROSS JOIN token t ON t.id = o.token
WHERE t.deleted_at IS NULL AND o.hour > :since
      AND NOT EXISTS (SELECT 1 FROM hourly h WHERE h.token = o.token AND h.hour = o.hour)
ORDER BY 1, 2;
