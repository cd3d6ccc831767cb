-- What each token spent, was topped up by and was reset by on each UTC day: from the day of :since to before :until.
WITH span AS (
    SELECT coalesce(:since - :since % 86400, 0) AS since, coalesce(:until, 1 << 60) AS until
), booked AS (
    SELECT t.id AS token, h.hour AS at, h.spent_nano, 0 AS topup_nano, 0 AS reset_nano
    FROM span CROSS JOIN token t CROSS JOIN hourly h ON h.token = t.id AND h.hour >= span.since AND h.hour < span.until
    UNION ALL
    SELECT e.token, p.at, 0,
           CASE e.kind WHEN 'topup' THEN e.amount_nano ELSE 0 END,
           CASE e.kind WHEN 'reset' THEN e.amount_nano ELSE 0 END
    FROM span CROSS JOIN poll p ON p.at >= span.since AND p.at < span.until
         CROSS JOIN entry e ON e.poll = p.id AND e.kind IN ('topup', 'reset')
)
SELECT a.name, t.name, t.generation, date(b.at, 'unixepoch') AS day,
       sum(b.spent_nano), sum(b.topup_nano), sum(b.reset_nano)
FROM booked b JOIN token t ON t.id = b.token JOIN account a ON a.id = t.account
WHERE t.kind = 'token' AND (:account IS NULL OR a.name = :account)
GROUP BY a.name, t.name, t.generation, day
ORDER BY a.name, t.name, t.generation, day;
