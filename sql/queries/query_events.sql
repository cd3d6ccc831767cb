-- Alert transitions, oldest first: all, or the first :most after the one with the number :after, up to :upto. Value and
-- threshold are in their unit.
SELECT e.at, e.kind, e.level, e.was, a.name AS account,
       CASE t.kind WHEN 'credits' THEN '(credits)' WHEN 'account' THEN '(account)' ELSE t.name END AS token, e.rule,
       e.value, e.threshold, e.unit, e.since, e.id, e.summary, e.seq
FROM event e JOIN token t ON t.id = e.token JOIN account a ON a.id = t.account
WHERE e.seq > coalesce(:after, 0) AND e.seq <= coalesce(:upto, 9223372036854775807)
      AND (:since IS NULL OR e.at >= :since) AND (:until IS NULL OR e.at < :until)
      AND (:account IS NULL OR a.name = :account)
      AND (:ids IS NULL OR e.token IN (SELECT value FROM json_each(:ids)))
ORDER BY e.seq LIMIT coalesce(:most, -1);
