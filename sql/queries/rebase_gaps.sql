-- What lies between a clock that was never set and the time is no gap.
DELETE FROM gap WHERE since < :floor;
