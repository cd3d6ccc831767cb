-- Tokens that usage by name cannot tell apart on days from :first_day on: what they are called, and the ids by which
-- each can be asked for. A name that a token without an id bears is left out.
WITH alive AS (
    SELECT id, coalesce(called, name) AS called, identity FROM token
    WHERE account = :account AND kind = 'token' AND (deleted_at IS NULL OR deleted_at >= :first_day)
), shared AS (
    SELECT called FROM alive GROUP BY called HAVING count(*) > 1 AND count(DISTINCT identity) = count(*)
)
SELECT called, identity FROM alive JOIN shared USING (called)
ORDER BY called, id;
