-- The numbers of the first and the last event that are kept; no row when there is none.
SELECT (SELECT min(seq) FROM event WHERE seq > 0) AS first, (SELECT max(seq) FROM event WHERE seq > 0) AS last
WHERE EXISTS (SELECT 1 FROM event WHERE seq > 0);
