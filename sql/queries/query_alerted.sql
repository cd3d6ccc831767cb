-- Where a slice ends that begins behind :after: series up to this one have :most rows of alert,
-- or the rest. No row: there are no more.
SELECT id FROM (
    SELECT coalesce((SELECT token FROM alert WHERE token > coalesce(:after, 0) ORDER BY token
                     LIMIT 1 OFFSET coalesce(:most, -1)),
                    (SELECT max(token) FROM alert WHERE token > coalesce(:after, 0))) AS id
) WHERE id IS NOT NULL;
