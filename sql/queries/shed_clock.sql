-- The stamp of the poll that came :polls ago.
SELECT at FROM poll WHERE id <= (SELECT max(id) FROM poll) - :polls ORDER BY id DESC LIMIT 1;
