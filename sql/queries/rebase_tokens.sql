-- As rebase_polls.sql.
UPDATE token SET first_seen = first_seen + iif(first_seen < :floor, :step_s, 0),
                 deleted_at = deleted_at + iif(deleted_at < :floor, :step_s, 0)
WHERE first_seen < :floor OR deleted_at < :floor;
