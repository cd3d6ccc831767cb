INSERT INTO broker (only, address, state, since, version, reason)
VALUES (1, :address, :state, :since, :version, :reason)
ON CONFLICT (only) DO UPDATE
SET since = iif(state = excluded.state AND address = excluded.address, since, excluded.since),
    delivered_at = iif(address = excluded.address, delivered_at, NULL),
    address = excluded.address, state = excluded.state, version = excluded.version, reason = excluded.reason;
