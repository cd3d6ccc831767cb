INSERT OR REPLACE INTO promise (token, place, made_at, amount_nano, target_nano, early_at, likely_at, late_at)
VALUES (:token, :place, :made_at, :amount_nano, :target_nano, :early_at, :likely_at, :late_at);
