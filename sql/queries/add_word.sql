INSERT INTO word (text) VALUES (:text) ON CONFLICT (text) DO UPDATE SET text = excluded.text RETURNING id;
