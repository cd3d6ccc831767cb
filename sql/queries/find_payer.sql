-- Who bore a name of the consumption answer on a day: the newest generation that had begun by then, else the oldest.
SELECT id FROM token
WHERE account = :account AND name = :name AND kind = :kind
ORDER BY first_seen - first_seen % 86400 > :day,
         CASE WHEN first_seen - first_seen % 86400 <= :day THEN -generation ELSE generation END
LIMIT 1;
