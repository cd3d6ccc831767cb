-- Before put_names.sql: what a token was called until now, if it is called otherwise.
INSERT INTO former_name (token, name, until)
SELECT id, coalesce(called, name), :at FROM token WHERE id = :token AND coalesce(called, name) <> :vendor_name
ON CONFLICT (token, name) DO UPDATE SET until = excluded.until;
