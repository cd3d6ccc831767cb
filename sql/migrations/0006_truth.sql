-- When the process began that has the database open for writing; NULL: the last one ended in order. One that was
-- killed, or lost its power, leaves its time here for the next start to report.
ALTER TABLE store ADD COLUMN running_since INTEGER;

-- Why a token's element in the last list could not be read; its last reading stands, and ages. NULL: it could.
ALTER TABLE token_state ADD COLUMN unreadable TEXT;
