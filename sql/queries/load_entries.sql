-- Consumption (kind 0) of the last :since seconds before the account's newest good poll, of all series or of :only. A
-- range of tokens is looked up by the keys of both tables; an OR would read every row of each poll.
WITH recent AS (
    SELECT id, at, prior_at FROM poll
    WHERE account = :account AND at > (SELECT last_ok_at FROM account WHERE id = :account) - :since
)
SELECT b.token, b.amount_nano, b.since, p.at, b.poll, b.seq
FROM recent p CROSS JOIN booking b ON b.poll = p.id
WHERE b.kind = 0 AND b.token BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
UNION ALL
SELECT r.token, r.spent_nano, p.prior_at, p.at, r.poll, 0
FROM recent p CROSS JOIN reading r ON r.poll = p.id
WHERE r.spent_nano IS NOT NULL AND r.token BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
ORDER BY 1, 5, 6;
