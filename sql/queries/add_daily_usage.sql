INSERT INTO daily (token, day, spent_nano, usage_nano) VALUES (:token, :day, :spent_nano, :spent_nano)
ON CONFLICT (token, day) DO UPDATE SET spent_nano = spent_nano + excluded.spent_nano,
                                       usage_nano = usage_nano + excluded.usage_nano;
