-- What the consumption endpoint knows and the sums do not have yet: of series without budget, and of the time before a
-- token was first seen. Where a balance was read the same day, its falls are in spent_nano and not counted again; a day
-- that was corrected downwards has nothing to add.
WITH told AS (
    SELECT t.id AS token, t.first_seen, u.day, sum(u.cost_nano) AS nano, coalesce(s.budgeted, 0) AS budgeted
    FROM token t CROSS JOIN usage u ON u.token = t.id AND u.day BETWEEN :first_day AND :last_day
         LEFT JOIN token_state s ON s.token = t.id
    WHERE t.account = :account AND t.kind <> 'credits'
          AND (coalesce(s.budgeted, 0) = 0 OR u.day <= t.first_seen)
    GROUP BY t.id, u.day
), booked AS (
    SELECT o.*, (SELECT sum(spent_nano) FROM hourly
                 WHERE token = o.token AND hour >= o.day AND hour < o.day + 86400) AS spent_nano,
           (SELECT sum(usage_nano) FROM hourly
            WHERE token = o.token AND hour >= o.day AND hour < o.day + 86400) AS usage_nano
    FROM told o
)
SELECT token, day, CASE WHEN budgeted THEN first_seen END AS seen_from, nano - coalesce(spent_nano, 0)
FROM booked
WHERE nano > coalesce(spent_nano, 0)
      AND (NOT budgeted OR day < first_seen - first_seen % 86400 OR coalesce(usage_nano, 0) = 0)
ORDER BY token, day;
