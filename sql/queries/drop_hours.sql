-- After rebase_hours.sql.
DELETE FROM hourly WHERE hour < :floor;
