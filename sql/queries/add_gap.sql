INSERT INTO gap (token, since, until, amount_nano) VALUES (:token, :since, :until, :amount_nano)
ON CONFLICT (token, since) DO UPDATE SET
    until = max(until, excluded.until), amount_nano = CAST(amount_nano + excluded.amount_nano AS INTEGER);
