DELETE FROM state_topic WHERE topic = :topic;
