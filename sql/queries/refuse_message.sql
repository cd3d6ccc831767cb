UPDATE outbox SET pending = 2, refusal = :reason, retry_at = :retry_at WHERE id = :id RETURNING topic;
