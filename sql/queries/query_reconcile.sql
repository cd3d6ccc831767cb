-- Consumption by the balance and by the endpoint, by day: of each token compared, and, without a token, of the
-- account's credits against all that its tokens and the main key spent. judged: agrees, hidden (a top-up or a reset
-- explains it), drift.
SELECT a.name AS account, CASE t.kind WHEN 'token' THEN t.name END AS token, t.generation,
       date(r.day, 'unixepoch') AS day,
       r.balance_nano, r.usage_nano, r.usage_nano - r.balance_nano AS difference_nano, r.judged
FROM reconcile r JOIN token t ON t.id = r.token JOIN account a ON a.id = t.account
WHERE (:since IS NULL OR r.day >= :since - :since % 86400) AND (:until IS NULL OR r.day < :until)
      AND (:account IS NULL OR a.name = :account)
ORDER BY r.day, a.name, t.kind = 'token', t.name, t.generation;
