INSERT INTO retained_at (only, address, base) VALUES (1, :address, :base)
ON CONFLICT (only) DO UPDATE SET address = excluded.address, base = excluded.base;
