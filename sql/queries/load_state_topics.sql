SELECT topic, refusal IS NOT NULL FROM state_topic;
