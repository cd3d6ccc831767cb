-- The last of the next :most tokens; NULL: there are no more.
SELECT CASE WHEN count(*) = :most THEN max(id) END AS upto
FROM (SELECT id FROM token WHERE id > (SELECT token FROM checkpoint) ORDER BY id LIMIT :most);
