-- When the process began that has the database open for writing; NULL: the last one ended in order. One that was
-- killed, or lost its power, leaves its time here for the next start to report.
ALTER TABLE store ADD COLUMN running_since INTEGER;
