SELECT id FROM store WHERE only = 1;
