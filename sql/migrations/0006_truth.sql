-- When the process began that has the database open for writing; NULL: the last one ended in order. One that was
-- killed, or lost its power, leaves its time here for the next start to report.
ALTER TABLE store ADD COLUMN running_since INTEGER;

-- Why a token's element in the last list could not be read; its last reading stands, and ages. NULL: it could.
ALTER TABLE token_state ADD COLUMN unreadable TEXT;

-- Delivery. pending = 2: the broker refused the message; it is kept, and sent again with the next connection, or not
-- before retry_at. pending = 3: about to be merged, within a transaction only.
ALTER TABLE outbox ADD COLUMN refusal TEXT;      -- the broker's last answer; NULL: it refused nothing
ALTER TABLE outbox ADD COLUMN retry_at INTEGER;  -- pending = 2: not before; NULL: with the next connection
ALTER TABLE outbox ADD COLUMN event TEXT;        -- id of the event, of one that is not retained
ALTER TABLE outbox ADD COLUMN at INTEGER;        -- when that happened
ALTER TABLE outbox ADD COLUMN merged INTEGER NOT NULL DEFAULT 0; -- how many events it stands for; 0: itself
ALTER TABLE outbox ADD COLUMN merged_from INTEGER; -- the time of the first of them; `at` is the last one's
UPDATE outbox SET event = json_extract(CAST(payload AS TEXT), '$.id'),
                  at = unixepoch(json_extract(CAST(payload AS TEXT), '$.at'))
WHERE retain = 0 AND json_valid(CAST(payload AS TEXT));
CREATE INDEX outbox_event ON outbox (id) WHERE retain = 0;
CREATE INDEX outbox_refused ON outbox (id) WHERE refusal IS NOT NULL;
CREATE INDEX outbox_merging ON outbox (id) WHERE pending = 3;

-- How much waits, kept by triggers so that asking costs nothing.
CREATE TABLE outbox_depth (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    events INTEGER NOT NULL,
    bytes  INTEGER NOT NULL             -- of their topics and payloads
) STRICT;
INSERT INTO outbox_depth
SELECT 1, count(*), coalesce(sum(length(payload) + length(topic)), 0) FROM outbox WHERE retain = 0;
CREATE TRIGGER outbox_grows AFTER INSERT ON outbox WHEN new.retain = 0
BEGIN
    UPDATE outbox_depth SET events = events + 1, bytes = bytes + length(new.payload) + length(new.topic);
END;
CREATE TRIGGER outbox_shrinks AFTER DELETE ON outbox WHEN old.retain = 0
BEGIN
    UPDATE outbox_depth SET events = events - 1, bytes = bytes - length(old.payload) - length(old.topic);
END;

-- The connection to the broker as the daemon last saw it; no row: none is configured, or none was tried yet.
CREATE TABLE broker (
    only         INTEGER PRIMARY KEY CHECK (only = 1),
    address      TEXT NOT NULL,         -- host:port
    state        TEXT NOT NULL,         -- connected, stalled, disconnected, stopped
    since        INTEGER NOT NULL,      -- of the state
    version      TEXT NOT NULL,         -- of MQTT
    reason       TEXT,                  -- why it is not connected, or a doubt; NULL: none
    delivered_at INTEGER                -- the last acknowledgement; NULL: none yet
) STRICT;

-- Consumption that is not known, and how it is read again.

-- Days of which an answer of the consumption endpoint held something that could not be read: what the payer spent then
-- is unknown, not zero. token 0: not even the payer could be read.
CREATE TABLE usage_gap (
    account INTEGER NOT NULL REFERENCES account (id),
    day     INTEGER NOT NULL,           -- first second of the UTC day
    token   INTEGER NOT NULL,
    PRIMARY KEY (account, day, token)
) STRICT, WITHOUT ROWID;

-- When the last seven days, and the last 35, were read again as a whole.
ALTER TABLE account ADD COLUMN usage_7d_at INTEGER;
ALTER TABLE account ADD COLUMN usage_35d_at INTEGER;

-- Consumption between two readings that are more than a day apart. When in between it was spent, no balance tells: the
-- sums by hour and day hold it spread evenly.
CREATE TABLE gap (
    token       INTEGER NOT NULL REFERENCES token (id),
    since       INTEGER NOT NULL,       -- the reading before
    until       INTEGER NOT NULL,       -- the reading after
    amount_nano INTEGER NOT NULL,
    PRIMARY KEY (token, since)
) STRICT, WITHOUT ROWID;

-- What stands behind what is shown.

-- The full forecast that the daemon reads for each balance. Every command reads the same one, and a start goes on with
-- it. `spent_nano` is what token_state.spent_nano was at its origin; `bytes` is core/forecast/packed.h.
CREATE TABLE curve (
    token      INTEGER PRIMARY KEY REFERENCES token (id),
    origin     INTEGER NOT NULL,        -- the reading it was made from
    spent_nano INTEGER NOT NULL,
    history    TEXT NOT NULL,           -- none, hours, days, weeks
    bytes      BLOB NOT NULL
) STRICT;

-- Whose money ends first: 'balance' or, of its account, 'credits'; NULL: without a budget.
ALTER TABLE token_state ADD COLUMN limited_by TEXT;

-- A reading that is read again before it is believed (held_*), and the newest move of the balance that nothing explains
-- (leap_*): what brings the balance back within a few readings undoes it. See core/doubt.h. A token has a row while it
-- has one of the two.
CREATE TABLE doubt (
    token                INTEGER PRIMARY KEY REFERENCES token (id),
    believed_at          INTEGER NOT NULL, -- the newest reading that was believed
    held_at              INTEGER,          -- first read then; NULL: nothing is held
    held_poll            INTEGER,
    held_nano            INTEGER,          -- the balance it shows; NULL: none
    leap_poll            INTEGER,          -- whose bookings it begins with; NULL: nothing to undo
    leap_since           INTEGER,          -- the reading before it, and the balance then
    leap_from_nano       INTEGER,
    leap_full_nano       INTEGER,          -- token_state.risen_to_nano then
    leap_pace_nano_per_h INTEGER           -- the fastest burn then
) STRICT;

-- What was booked and never happened: both the booking it was, and the one that takes it back.
INSERT INTO booking_kind VALUES (5, 'correction');

-- risen_to_nano is now the level that is 100 % without a reset amount: the budget as it was set last, else the highest
-- level since the last real top-up. Nothing that is empty is a measure.
UPDATE token_state SET risen_to_nano = NULL WHERE risen_to_nano <= 0;

-- What a new process, or a new configuration, must not forget: no poll before then (back-off, Retry-After), after how
-- many failures in a row, and which API that is about.
ALTER TABLE account ADD COLUMN not_before_at INTEGER;
ALTER TABLE account ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN asked_url TEXT;

-- ---- presence of tokens, and the life of alerts ----

-- Deletion is judged by time as well as by lists: since when a token has been absent, and whether most of its account
-- was absent with it, which takes longer to believe.
ALTER TABLE token_state ADD COLUMN missing_since INTEGER; -- NULL: it is there
ALTER TABLE token_state ADD COLUMN lost_in_mass INTEGER NOT NULL DEFAULT 0;

-- The kind of the rule that an alert was raised by: under another kind it is another alert. NULL: not known.
ALTER TABLE alert ADD COLUMN kind TEXT;
-- What the rule found when it met the token: 0 nothing new, 1 no value yet, 2 a level that is not announced yet.
ALTER TABLE alert ADD COLUMN contact INTEGER NOT NULL DEFAULT 0;
-- Why an alert ended, or was raised, without a value; and the id of the event that reported it with others (NULL: it
-- was reported by itself).
ALTER TABLE event ADD COLUMN reason TEXT;
ALTER TABLE event ADD COLUMN digest TEXT;

-- The rules that each account was last judged by. One that is not here, or in other terms, is new to the account: what
-- it finds with the first poll is reported as one digest.
CREATE TABLE rule_known (
    account INTEGER NOT NULL REFERENCES account (id),
    rule    TEXT NOT NULL,
    terms   TEXT NOT NULL,              -- kind, thresholds and what it matches
    PRIMARY KEY (account, rule)
) STRICT, WITHOUT ROWID;

-- An account that is not configured any more keeps its history; NULL: it is configured.
ALTER TABLE account ADD COLUMN removed_at INTEGER;
-- When the first of the failed polls since the last good one began; NULL: the last one was good.
ALTER TABLE account ADD COLUMN failing_since INTEGER;
-- The earliest likely exhaustion that the last good poll saw, and of which token; NULL: none.
ALTER TABLE account ADD COLUMN dry_at INTEGER;
ALTER TABLE account ADD COLUMN dry_token INTEGER;

-- The broker that the retained messages of the outbox were sent to.
CREATE TABLE retained_at (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    address TEXT NOT NULL,              -- host:port
    base    TEXT NOT NULL               -- base_topic
) STRICT;

-- When the broker acknowledged that a topic is cleared. The row stays for a day or so: a broker that dies may come back
-- with what it held before.
ALTER TABLE outbox ADD COLUMN cleared_at INTEGER;

-- A token without a fresh reading is `stale`: one word for one idea.
UPDATE token_state SET verdict = 'stale' WHERE verdict = 'blind';
