UPDATE outbox SET pending = 1, retry_at = NULL
WHERE refusal IS NOT NULL AND pending = 2 AND (retry_at IS NULL OR retry_at <= :now);
