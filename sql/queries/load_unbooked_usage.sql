-- What the consumption endpoint knows and the sums do not have yet: of series without budget, and of the time before a
-- token was first seen. Where a balance was read the same day, its falls are in spent_nano and not counted again; a day
-- that was corrected downwards has nothing to add.
SELECT u.token, u.day, CASE WHEN coalesce(s.budgeted, 0) THEN t.first_seen END AS seen_from,
       sum(u.cost_nano) - coalesce(d.spent_nano, 0) AS more_nano
FROM token t CROSS JOIN usage u ON u.token = t.id AND u.day BETWEEN :first_day AND :last_day
     LEFT JOIN token_state s ON s.token = t.id
     LEFT JOIN daily d ON d.token = u.token AND d.day = u.day
WHERE t.account = :account AND t.kind <> 'credits'
      AND (coalesce(s.budgeted, 0) = 0 OR u.day < t.first_seen - t.first_seen % 86400
           OR (u.day <= t.first_seen AND coalesce(d.usage_nano, 0) = 0))
GROUP BY u.token, u.day
HAVING more_nano > 0
ORDER BY u.token, u.day;
