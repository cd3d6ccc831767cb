INSERT INTO usage (token, day, feature, cost_nano, calls) VALUES (:token, :day, :feature, :cost_nano, :calls);
