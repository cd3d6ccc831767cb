SELECT topic, min(id), sum(max(merged, 1)), min(coalesce(merged_from, at)), max(at)
FROM outbox WHERE pending = 3 GROUP BY topic;
