INSERT INTO snapshot (poll, token, type, balance_nano, budgeted, expires_at, reset_period, reset_amount_nano)
VALUES (:poll, :token, :type, :balance_nano, :budgeted, :expires_at, :reset_period, :reset_amount_nano);
