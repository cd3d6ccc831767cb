INSERT INTO store (only, id) VALUES (1, :id);
