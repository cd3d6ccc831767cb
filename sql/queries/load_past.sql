-- What one token spent in each UTC hour that began after :since.
SELECT hour, spent_nano FROM hourly WHERE token = :token AND hour > :since;
