INSERT INTO entry (poll, token, seq, kind, amount_nano, since)
VALUES (:poll, :token, :seq, :kind, :amount_nano, :since);
