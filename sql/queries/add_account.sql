INSERT INTO account (name, interval_s) VALUES (:name, :interval_s)
ON CONFLICT (name) DO UPDATE SET interval_s = excluded.interval_s, removed_at = NULL
RETURNING id, last_ok_at;
