-- A changed balance costs one narrow row. What follows from the rows of `reading` is not written with every poll:
-- ordinary consumption, the sums of the hour that is still open, and the newest balance. The views below say all of it.

-- The account's good poll before this one: what a reading shows was spent since then. NULL: there was none.
ALTER TABLE poll ADD COLUMN prior_at INTEGER;

-- What was spent between the poll's prior_at and its `at`, where the fall of the balance says so. NULL: nothing was, or
-- `booking` says what happened.
ALTER TABLE reading ADD COLUMN spent_nano INTEGER;

-- Readings up to `poll`, and of the tokens up to `token` those up to `upto`, are in the sums of hours and days and in
-- token_state; later ones are not. A checkpoint moves on token by token, then `poll` takes the place of `upto`.
CREATE TABLE checkpoint (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    hour  INTEGER NOT NULL,             -- of the last one, its first second
    poll  INTEGER NOT NULL,
    upto  INTEGER NOT NULL,
    token INTEGER NOT NULL              -- 0: none is under way
) STRICT;
INSERT INTO checkpoint SELECT 1, 0, coalesce(max(id), 0), coalesce(max(id), 0), 0 FROM poll;

-- The row knows the readings of its token up to this poll.
ALTER TABLE token_state ADD COLUMN known_poll INTEGER NOT NULL DEFAULT 0;
UPDATE token_state SET known_poll = (SELECT coalesce(max(id), 0) FROM poll);

-- Readings since the checkpoint. Beyond 2^46 no consumption follows from readings (core/ledger.h), so that sums of them
-- fit into 64 bits.
CREATE VIEW open_reading AS
SELECT r.poll, r.token, r.balance_nano, iif(r.spent_nano BETWEEN 0 AND 1 << 46, r.spent_nano, NULL) AS spent_nano,
       p.prior_at AS since, p.at
FROM checkpoint c CROSS JOIN poll p ON p.id > c.poll CROSS JOIN reading r ON r.poll = p.id
WHERE r.token > c.token OR r.poll > c.upto;

-- What they show was spent, spread evenly over its time as core/burn.h does: it never spans more than two hours, which
-- begin after their first second. The levels before and after belong to the second.
CREATE VIEW open_share AS
SELECT poll, token, (at - 1) / 3600 * 3600 AS hour,
       spent_nano - spent_nano * max(0, (at - 1) / 3600 * 3600 - since) / max(1, at - since) AS spent_nano,
       balance_nano AS low_nano, balance_nano + spent_nano AS high_nano
FROM open_reading WHERE spent_nano IS NOT NULL
UNION ALL
SELECT poll, token, since / 3600 * 3600, spent_nano * ((at - 1) / 3600 * 3600 - since) / (at - since), NULL, NULL
FROM open_reading WHERE spent_nano IS NOT NULL AND since < (at - 1) / 3600 * 3600;

-- Sums by UTC hour and day that are still to be added to those of `hourly` and `daily`.
CREATE VIEW open_hour AS
SELECT token, hour, sum(spent_nano) AS spent_nano, min(low_nano) AS low_nano, max(high_nano) AS high_nano
FROM open_share GROUP BY token, hour;

CREATE VIEW open_day AS
SELECT token, hour / 86400 * 86400 AS day, sum(spent_nano) AS spent_nano, min(low_nano) AS low_nano,
       max(high_nano) AS high_nano
FROM open_share GROUP BY token, hour / 86400;

-- Every sum there is.
CREATE VIEW hour_sum AS
SELECT h.token, h.hour, CAST(h.spent_nano + coalesce(o.spent_nano, 0) AS INTEGER) AS spent_nano,
       h.usage_nano, h.topup_nano, h.reset_nano,
       min(coalesce(h.low_nano, o.low_nano), coalesce(o.low_nano, h.low_nano)) AS low_nano,
       max(coalesce(h.high_nano, o.high_nano), coalesce(o.high_nano, h.high_nano)) AS high_nano
FROM hourly h LEFT JOIN open_hour o ON o.token = h.token AND o.hour = h.hour
UNION ALL
SELECT o.token, o.hour, o.spent_nano, 0, 0, 0, o.low_nano, o.high_nano
FROM open_hour o WHERE NOT EXISTS (SELECT 1 FROM hourly h WHERE h.token = o.token AND h.hour = o.hour);

CREATE VIEW day_sum AS
SELECT d.token, d.day, CAST(d.spent_nano + coalesce(o.spent_nano, 0) AS INTEGER) AS spent_nano,
       d.usage_nano, d.topup_nano, d.reset_nano,
       min(coalesce(d.low_nano, o.low_nano), coalesce(o.low_nano, d.low_nano)) AS low_nano,
       max(coalesce(d.high_nano, o.high_nano), coalesce(o.high_nano, d.high_nano)) AS high_nano
FROM daily d LEFT JOIN open_day o ON o.token = d.token AND o.day = d.day
UNION ALL
SELECT o.token, o.day, o.spent_nano, 0, 0, 0, o.low_nano, o.high_nano
FROM open_day o WHERE NOT EXISTS (SELECT 1 FROM daily d WHERE d.token = o.token AND d.day = o.day);

-- token_state with what the readings since say: the balance, what was spent, and when.
CREATE VIEW token_now AS
SELECT s.token, max(s.seen_at, coalesce(n.at, s.seen_at)) AS seen_at, s.missing, s.type,
       CASE WHEN n.token IS NULL THEN s.balance_nano ELSE n.balance_nano END AS balance_nano,
       s.budgeted, s.expires_at, s.reset_period, s.reset_amount_nano, s.last_reset, s.risen_to_nano,
       s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano,
       s.verdict, s.early_at, s.likely_at, s.late_at, s.horizon_at, s.forecast_at, s.burn_source, s.snapshot_poll,
       s.alarm_at, s.relief_at, s.lasts_bp, s.history,
       CAST(s.spent_nano + coalesce(n.spent_nano, 0) AS INTEGER) AS spent_nano,
       s.unreadable, s.limited_by, s.missing_since, s.lost_in_mass
FROM token_state s
     LEFT JOIN (SELECT o.token, max(o.poll) AS poll, o.balance_nano, o.at, sum(o.spent_nano) AS spent_nano
                FROM open_reading o JOIN token_state k ON k.token = o.token
                WHERE o.poll > k.known_poll GROUP BY o.token) n ON n.token = s.token;

-- Everything that was booked.
DROP VIEW entry;
CREATE VIEW entry AS
SELECT b.poll, b.token, b.seq, k.name AS kind, b.amount_nano, b.since
FROM booking b JOIN booking_kind k ON k.id = b.kind
UNION ALL
SELECT r.poll, r.token, 0, 'consumption', r.spent_nano, p.prior_at
FROM reading r JOIN poll p ON p.id = r.poll
WHERE r.spent_nano IS NOT NULL;

DROP VIEW v_entry;
CREATE VIEW v_entry AS
SELECT p.at, b.since, a.name AS account, t.name AS token, t.id AS token_id, k.name AS kind,
       CAST(b.amount_nano AS REAL) / 1e9 AS amount_usd
FROM poll p JOIN booking b ON b.poll = p.id JOIN booking_kind k ON k.id = b.kind JOIN token t ON t.id = b.token
     JOIN account a ON a.id = t.account
WHERE t.kind = 'token'
UNION ALL
SELECT p.at, p.prior_at, a.name, t.name, t.id, 'consumption', CAST(r.spent_nano AS REAL) / 1e9
FROM poll p JOIN reading r ON r.poll = p.id JOIN token t ON t.id = r.token JOIN account a ON a.id = t.account
WHERE r.spent_nano IS NOT NULL AND t.kind = 'token';

DROP VIEW v_consumption_hourly;
CREATE VIEW v_consumption_hourly AS
SELECT h.hour AS at, a.name AS account, t.name AS token, t.id AS token_id,
       CAST(h.spent_nano AS REAL) / 1e9 AS spent_usd, CAST(h.usage_nano AS REAL) / 1e9 AS of_it_told_by_endpoint_usd
FROM hour_sum h JOIN token t ON t.id = h.token JOIN account a ON a.id = t.account
WHERE t.kind = 'token';

-- v_token and v_credits read token_now: 0011.
