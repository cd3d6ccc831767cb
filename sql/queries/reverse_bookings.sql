-- Consumption (0), top-ups (1), resets (2) and what was unexplained (4) become corrections (5): amounts that are new
-- minus old.
UPDATE booking SET kind = 5, amount_nano = iif(kind = 0, -amount_nano, amount_nano)
WHERE poll >= :poll AND token = :token AND kind IN (0, 1, 2, 4);
