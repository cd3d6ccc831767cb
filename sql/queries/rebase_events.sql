-- As rebase_polls.sql.
UPDATE event SET at = at + iif(at < :floor, :step_s, 0), since = since + iif(since < :floor, :step_s, 0)
WHERE at < :floor OR since < :floor;
