-- How many suspicious lists came since the last one that was believed; polls without a list do not count.
SELECT count(*) AS lists FROM poll
WHERE account = :account AND result = 'suspicious'
  AND id > coalesce((SELECT id FROM poll WHERE account = :account AND result = 'ok' ORDER BY id DESC LIMIT 1), 0);
