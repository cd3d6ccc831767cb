-- Stamps of a clock that was never set move to when it was.
UPDATE poll SET at = at + iif(at < :floor, :step_s, 0), prior_at = prior_at + iif(prior_at < :floor, :step_s, 0)
WHERE at < :floor OR prior_at < :floor;
