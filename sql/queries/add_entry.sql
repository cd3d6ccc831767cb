INSERT INTO booking (poll, token, seq, kind, amount_nano, since)
VALUES (:poll, :token, :seq, :kind, :amount_nano, :since);
