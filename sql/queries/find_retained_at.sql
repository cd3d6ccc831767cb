SELECT address, base, told FROM retained_at;
