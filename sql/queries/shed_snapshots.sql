-- Not the newest reading of a token: one that is idle for longer than raw rows are kept has a balance all the same.
DELETE FROM reading
WHERE poll = :poll AND poll IS NOT (SELECT snapshot_poll FROM token_state s WHERE s.token = reading.token);
