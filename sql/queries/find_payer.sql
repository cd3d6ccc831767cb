-- Who was called by a name of the consumption answer on a day: the newest generation that had begun by then, else the
-- oldest; before those, of tokens that had begun by then, one that is called so now.
WITH called AS (
    SELECT id, first_seen, generation, 0 AS was_renamed FROM token
    WHERE account = :account AND name = :name AND called IS NULL AND kind = :kind
    UNION ALL
    SELECT id, first_seen, generation, 0 FROM token WHERE account = :account AND called = :name AND kind = :kind
    UNION ALL
    SELECT t.id, t.first_seen, t.generation, 1
    FROM former_name f CROSS JOIN token t ON t.id = f.token
    WHERE f.name = :name AND f.until > :day AND t.account = :account AND t.kind = :kind
)
SELECT id FROM called
ORDER BY first_seen - first_seen % 86400 > :day, was_renamed,
         CASE WHEN first_seen - first_seen % 86400 <= :day THEN -generation ELSE generation END, id
LIMIT 1;
