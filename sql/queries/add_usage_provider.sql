INSERT INTO usage_provider (token, day, feature, provider, cost_nano)
VALUES (:token, :day, :feature, :provider, :cost_nano)
ON CONFLICT (token, day, feature, provider) DO UPDATE SET cost_nano = excluded.cost_nano;
