INSERT OR REPLACE INTO alert (token, rule, level, pending, pending_since, since, episode, step, kind, contact)
VALUES (:token, :rule, :level, :pending, :pending_since, :since, :episode, :step, :kind, :contact);
