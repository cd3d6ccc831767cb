INSERT INTO retained_at (only, address, base, told) VALUES (1, :address, :base, 0)
ON CONFLICT (only) DO UPDATE SET address = excluded.address, base = excluded.base, told = 0;
