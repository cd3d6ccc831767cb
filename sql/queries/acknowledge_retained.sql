-- The time of the last poll is near enough.
UPDATE outbox SET pending = 0, refusal = NULL, retry_at = NULL,
                  cleared_at = CASE WHEN length(payload) = 0 THEN (SELECT at FROM poll ORDER BY id DESC LIMIT 1) END
WHERE id = :id AND retain = 1;
