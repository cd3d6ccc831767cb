-- Whether the state of a topic was ever posted and not cleared since.
SELECT 1 FROM outbox WHERE topic = :topic AND retain = 1 AND length(payload) > 0;
