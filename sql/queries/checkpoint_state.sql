-- What the newest reading of a token says, and what was spent in those that its state does not know.
UPDATE token_state SET
    balance_nano = iif(:poll > known_poll, :balance_nano, balance_nano),
    spent_nano = CAST(spent_nano + :spent_nano AS INTEGER),
    seen_at = max(seen_at, iif(:poll > known_poll, :at, seen_at)),
    snapshot_poll = :poll,
    known_poll = max(known_poll, :poll)
WHERE token = :token;
