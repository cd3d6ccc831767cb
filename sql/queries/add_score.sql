-- A score takes a free place, or that of the token's oldest.
INSERT OR REPLACE INTO score
    (token, place, made_at, ended_at, amount_nano, early_at, likely_at, late_at, spent, within, error_milli)
VALUES
    (:token,
     (SELECT CASE WHEN count(*) < :kept THEN count(*)
                  ELSE (SELECT place FROM score WHERE token = :token ORDER BY ended_at, place LIMIT 1) END
      FROM score WHERE token = :token),
     :made_at, :ended_at, :amount_nano, :early_at, :likely_at, :late_at, :spent, :within, :error_milli);
