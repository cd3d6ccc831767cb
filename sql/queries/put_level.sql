INSERT INTO level (name, urgency) VALUES (:name, :urgency)
ON CONFLICT DO UPDATE SET urgency = excluded.urgency WHERE urgency <> excluded.urgency;
