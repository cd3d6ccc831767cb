-- As rebase_polls.sql.
UPDATE token_state SET seen_at = seen_at + iif(seen_at < :floor, :step_s, 0),
                       last_reset = last_reset + iif(last_reset < :floor, :step_s, 0)
WHERE seen_at < :floor OR last_reset < :floor;
