DELETE FROM hourly
WHERE token = :token AND hour IN (SELECT hour FROM hourly WHERE token = :token AND hour < :before - 3600
                                  ORDER BY hour LIMIT :most);
