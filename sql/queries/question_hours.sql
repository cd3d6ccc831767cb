-- What one living token spent in each UTC hour that began after :since.
SELECT h.hour, h.spent_nano
FROM token t JOIN account a ON a.id = t.account CROSS JOIN hourly h ON h.token = t.id AND h.hour > :since
WHERE t.name = :token AND t.deleted_at IS NULL AND t.kind IN ('token', 'credits') AND a.name = :account
ORDER BY h.hour;
