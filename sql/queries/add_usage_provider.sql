INSERT INTO usage_provider (token, day, feature, provider, cost_nano)
VALUES (:token, :day, :feature, :provider, :cost_nano);
