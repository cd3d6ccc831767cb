INSERT INTO usage (token, day, feature, cost_nano, calls) VALUES (:token, :day, :feature, :cost_nano, :calls)
ON CONFLICT (token, day, feature) DO UPDATE SET cost_nano = excluded.cost_nano, calls = excluded.calls;
