-- Stamps of a clock that was never set move to when it was.
UPDATE poll SET at = at + :step_s WHERE at < :floor;
