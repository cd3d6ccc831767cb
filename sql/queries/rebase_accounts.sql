-- As rebase_polls.sql; what the endpoint was asked about by such a clock says nothing.
UPDATE account SET last_ok_at = last_ok_at + iif(last_ok_at < :floor, :step_s, 0),
                   usage_from = iif(usage_from < :floor, NULL, usage_from),
                   usage_at = iif(usage_from < :floor, NULL, usage_at)
WHERE last_ok_at < :floor OR usage_from < :floor;
