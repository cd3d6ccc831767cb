SELECT id FROM token WHERE id > :after ORDER BY id LIMIT 1;
