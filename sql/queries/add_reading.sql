INSERT INTO reading (poll, token, balance_nano, terms, spent_nano)
VALUES (:poll, :token, :balance_nano, :terms, :spent_nano);
