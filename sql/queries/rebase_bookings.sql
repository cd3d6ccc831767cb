-- As rebase_polls.sql.
UPDATE booking SET since = since + :step_s WHERE since < :floor;
