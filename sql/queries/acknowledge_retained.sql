UPDATE outbox SET pending = 0, refusal = NULL, retry_at = NULL WHERE id = :id AND retain = 1;
