-- The last of the next :most tokens; NULL: there are no more.
SELECT CASE WHEN count(*) = :most THEN max(id) END AS until
FROM (SELECT id FROM token WHERE id > :after ORDER BY id LIMIT :most);
