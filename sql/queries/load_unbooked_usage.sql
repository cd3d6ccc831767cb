-- What the consumption endpoint knows and the sums do not have yet: of series without budget, and of the time before a
-- token was first seen. Where a balance was read the same day, its falls are in spent_nano and not counted again, nor
-- is what an earlier life of the name spent; a day that was corrected downwards has nothing to add.
-- From :caught_up on, a balance has yet to tell what the answer tells already.
-- Sums are taken in two halves, for sum() of SQLite ends a query with an error at 64 bits; the CAST stops at the end
-- of the range instead.
WITH told AS (
    SELECT t.id AS token, t.name, t.kind, t.first_seen, u.day,
           CAST(sum(u.cost_nano >> 32) * 4294967296 + sum(u.cost_nano & 4294967295) AS INTEGER) AS nano,
           coalesce(s.budgeted, 0) AS budgeted
    FROM token t CROSS JOIN usage u ON u.token = t.id AND u.day BETWEEN :first_day AND :last_day
         LEFT JOIN token_state s ON s.token = t.id
    WHERE t.account = :account AND t.kind <> 'credits'
          AND (coalesce(s.budgeted, 0) = 0 OR u.day <= t.first_seen)
    GROUP BY t.id, u.day
), open AS MATERIALIZED (
    SELECT token, day, spent_nano FROM open_day WHERE day BETWEEN :first_day AND :last_day
), booked AS (
    SELECT o.*, coalesce((SELECT CAST(sum(d.spent_nano >> 32) * 4294967296 + sum(d.spent_nano & 4294967295) AS INTEGER)
                          FROM token n CROSS JOIN daily d ON d.token = n.id AND d.day = o.day
                          WHERE n.account = :account AND n.name = o.name AND n.kind = o.kind), 0)
                + coalesce((SELECT sum(p.spent_nano) FROM token n JOIN open p ON p.token = n.id AND p.day = o.day
                            WHERE n.account = :account AND n.name = o.name AND n.kind = o.kind), 0) AS spent_nano,
           coalesce((SELECT usage_nano FROM daily WHERE token = o.token AND day = o.day), 0) AS usage_nano
    FROM told o
)
SELECT token, day, CASE WHEN budgeted THEN first_seen END AS seen_from, CAST(nano - spent_nano AS INTEGER) AS nano
FROM booked
WHERE nano > spent_nano
      AND (NOT budgeted OR day < first_seen - first_seen % 86400 OR (usage_nano = 0 AND day < :caught_up))
ORDER BY token, day;
