SELECT made_at, ended_at, early_at, likely_at, late_at FROM score WHERE token = :token ORDER BY ended_at, place;
