-- What each UTC day of the tokens of one name (the empty name: the credits) adds up to, oldest first.
WITH named AS (
    SELECT t.id, a.name AS account, t.name AS token, t.generation
    FROM token t JOIN account a ON a.id = t.account
    WHERE t.name = :token AND (:account IS NULL OR a.name = :account)
), summed AS (
    SELECT n.id, h.day, CAST(h.spent_nano + coalesce(o.spent_nano, 0) AS INTEGER) AS spent_nano,
           h.topup_nano, h.reset_nano
    FROM named n CROSS JOIN daily h ON h.token = n.id
         LEFT JOIN open_day o ON o.token = h.token AND o.day = h.day
    WHERE (:since IS NULL OR h.day >= :since) AND (:until IS NULL OR h.day < :until)
    UNION ALL
    SELECT n.id, o.day, o.spent_nano, 0, 0
    FROM named n CROSS JOIN open_day o ON o.token = n.id
    WHERE (:since IS NULL OR o.day >= :since) AND (:until IS NULL OR o.day < :until)
          AND NOT EXISTS (SELECT 1 FROM daily h WHERE h.token = o.token AND h.day = o.day)
)
SELECT s.day AS at, n.account, n.token, n.generation, s.spent_nano, s.topup_nano, s.reset_nano
FROM summed s JOIN named n ON n.id = s.id
ORDER BY 1, n.account, n.generation;
