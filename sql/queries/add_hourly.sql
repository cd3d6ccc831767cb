INSERT INTO hourly (token, hour, spent_nano) VALUES (:token, :hour, :spent_nano)
ON CONFLICT (token, hour) DO UPDATE SET spent_nano = spent_nano + excluded.spent_nano;
