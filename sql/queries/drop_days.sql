-- After rebase_days.sql.
DELETE FROM daily WHERE day < :floor;
