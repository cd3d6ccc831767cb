-- As rebase_polls.sql; 0 is no stamp.
UPDATE alert SET since = since + iif(since > 0 AND since < :floor, :step_s, 0),
                 pending_since = pending_since + iif(pending_since > 0 AND pending_since < :floor, :step_s, 0)
WHERE since < :floor OR pending_since < :floor;
