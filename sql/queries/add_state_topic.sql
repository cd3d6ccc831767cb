INSERT OR IGNORE INTO state_topic (topic) VALUES (:topic);
