SELECT address, base FROM retained_at;
