INSERT INTO hourly (token, hour, spent_nano, usage_nano) VALUES (:token, :hour, :spent_nano, :spent_nano)
ON CONFLICT (token, hour) DO UPDATE SET spent_nano = spent_nano + excluded.spent_nano,
                                        usage_nano = usage_nano + excluded.usage_nano;
