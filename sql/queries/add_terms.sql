INSERT INTO terms (type, budgeted, expires_at, reset_period, reset_amount_nano)
VALUES (:type, :budgeted, :expires_at, :reset_period, :reset_amount_nano)
RETURNING id;
