INSERT INTO credits_source (name, state) VALUES (:name, :state)
ON CONFLICT DO UPDATE SET state = excluded.state WHERE state IS NOT excluded.state;
