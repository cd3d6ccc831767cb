SELECT topic, min(id) AS message, sum(max(merged, 1)) AS events, min(coalesce(merged_from, at)) AS merged_from,
       max(at) AS at
FROM outbox WHERE pending = 3 GROUP BY topic;
