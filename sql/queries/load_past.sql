-- What one token spent in each UTC hour that began after :since; an hour may have several rows.
SELECT hour, spent_nano FROM hourly WHERE token = :token AND hour > :since
UNION ALL
SELECT hour, spent_nano FROM open_share WHERE token = :token AND hour > :since;
