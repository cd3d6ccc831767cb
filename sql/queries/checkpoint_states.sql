-- As checkpoint_hours.sql; a state that was written since the last checkpoint knows some of its readings already.
UPDATE token_state SET
    balance_nano = iif(n.poll > known_poll, n.balance_nano, token_state.balance_nano),
    spent_nano = CAST(token_state.spent_nano + n.spent_nano AS INTEGER),
    seen_at = max(seen_at, iif(n.poll > known_poll, n.at, seen_at)),
    snapshot_poll = n.poll,
    known_poll = max(known_poll, n.poll)
FROM (SELECT o.token, max(o.poll) AS poll, o.balance_nano, o.at,
             sum(iif(o.poll > k.known_poll, coalesce(o.spent_nano, 0), 0)) AS spent_nano
      FROM open_reading o CROSS JOIN checkpoint c JOIN token_state k ON k.token = o.token
      WHERE o.token > c.token AND o.token <= :until AND o.poll <= c.upto
      GROUP BY o.token) n
WHERE n.token = token_state.token;
