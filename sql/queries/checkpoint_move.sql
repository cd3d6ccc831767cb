-- :until NULL: it is over.
UPDATE checkpoint SET token = coalesce(:until, 0), poll = iif(:until IS NULL, upto, poll);
