SELECT topic, refusal IS NOT NULL AS is_refused FROM state_topic;
