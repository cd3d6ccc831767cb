-- Accounts, when their tokens were last read, and the age after which that is stale; why the last poll failed.
-- Rules are known once the first list is stored to its end, which takes several transactions where it is long.
SELECT a.name AS account,
       CASE WHEN EXISTS (SELECT 1 FROM rule_known WHERE account = a.id) THEN a.last_ok_at END AS last_ok_at,
       coalesce(a.stale_s, 3 * a.interval_s + 60) AS stale_s,
       (SELECT reason FROM poll p WHERE p.account = a.id ORDER BY id DESC LIMIT 1) AS reason
FROM account a
WHERE a.removed_at IS NULL
ORDER BY a.name;
