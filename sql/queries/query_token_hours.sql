-- What each hour of the tokens of one name (the empty name: the credits) adds up to, oldest first.
WITH named AS (
    SELECT t.id, a.name AS account, t.name AS token, t.generation
    FROM token t JOIN account a ON a.id = t.account
    WHERE t.name = :token AND (:account IS NULL OR a.name = :account)
), summed AS (
    SELECT n.id, h.hour, CAST(h.spent_nano + coalesce(o.spent_nano, 0) AS INTEGER) AS spent_nano,
           h.topup_nano, h.reset_nano
    FROM named n CROSS JOIN hourly h ON h.token = n.id
         LEFT JOIN open_hour o ON o.token = h.token AND o.hour = h.hour
    WHERE (:since IS NULL OR h.hour >= :since) AND (:until IS NULL OR h.hour < :until)
    UNION ALL
    SELECT n.id, o.hour, o.spent_nano, 0, 0
    FROM named n CROSS JOIN open_hour o ON o.token = n.id
    WHERE (:since IS NULL OR o.hour >= :since) AND (:until IS NULL OR o.hour < :until)
          AND NOT EXISTS (SELECT 1 FROM hourly h WHERE h.token = o.token AND h.hour = o.hour)
)
SELECT s.hour AS at, n.account, n.token, n.generation, s.spent_nano, s.topup_nano, s.reset_nano
FROM summed s JOIN named n ON n.id = s.id
ORDER BY 1, n.account, n.generation;
