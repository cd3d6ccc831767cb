-- Readings of one poll, of tokens whose ids follow :after.
SELECT token, spent_nano, balance_nano FROM reading WHERE poll = :poll AND token > coalesce(:after, 0) ORDER BY token;
