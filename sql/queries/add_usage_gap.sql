INSERT INTO usage_gap (account, day, token) VALUES (:account, :day, :token)
ON CONFLICT (account, day, token) DO NOTHING;
