UPDATE retained_at SET told = :told;
