-- Everything up to now is to be written down.
UPDATE checkpoint SET upto = (SELECT coalesce(max(id), 0) FROM poll), hour = :hour;
