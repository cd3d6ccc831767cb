-- The store. Money is INTEGER nano-dollars, time is INTEGER UTC seconds, NULL is "unknown" or "never".
-- A poll is one transaction; whatever it found out carries its id, so a clock that jumps cannot make two rows collide
-- or change their order. Rows are keyed poll first: inserts append.

CREATE TABLE store (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id   TEXT NOT NULL                  -- eight hex digits, made at random: part of ids that leave this database
) STRICT;

CREATE TABLE account (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    interval_s INTEGER NOT NULL,
    last_ok_at INTEGER                  -- the last complete, plausible poll
) STRICT;

-- A name that comes back after its deletion is a new token: the next generation.
CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL REFERENCES account (id),
    name       TEXT NOT NULL,
    generation INTEGER NOT NULL,
    slug       TEXT NOT NULL,           -- its level in topics
    first_seen INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (account, name, generation)
) STRICT;
CREATE UNIQUE INDEX token_living ON token (account, name) WHERE deleted_at IS NULL;
CREATE INDEX token_slug ON token (account, slug) WHERE deleted_at IS NULL;

CREATE TABLE poll (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account     INTEGER NOT NULL REFERENCES account (id),
    at          INTEGER NOT NULL,
    result      TEXT NOT NULL,          -- ok, suspicious, unavailable, busy, unauthorized, broken
    http_status INTEGER NOT NULL,       -- 0: no answer
    reason      TEXT,                   -- for people; NULL when ok
    tokens      INTEGER NOT NULL,       -- in the list
    changed     INTEGER NOT NULL,
    missing     INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX poll_at ON poll (at);

-- A reading, kept only when something changed; the poll row says that everything else was seen unchanged.
CREATE TABLE snapshot (
    poll              INTEGER NOT NULL REFERENCES poll (id),
    token             INTEGER NOT NULL REFERENCES token (id),
    type              TEXT NOT NULL,
    balance_nano      INTEGER,
    budgeted          INTEGER NOT NULL, -- active_balance
    expires_at        INTEGER,
    reset_period      TEXT NOT NULL,
    reset_amount_nano INTEGER,
    PRIMARY KEY (poll, token)
) STRICT, WITHOUT ROWID;

-- What the changes mean. Consumption is positive and was spent between `since` and the poll.
CREATE TABLE entry (
    poll        INTEGER NOT NULL REFERENCES poll (id),
    token       INTEGER NOT NULL REFERENCES token (id),
    seq         INTEGER NOT NULL,       -- 0, 1: order within the poll
    kind        TEXT NOT NULL,          -- consumption, topup, reset, edit, unknown
    amount_nano INTEGER NOT NULL,
    since       INTEGER NOT NULL,
    PRIMARY KEY (poll, token, seq)
) STRICT, WITHOUT ROWID;

-- Consumption by UTC hour, kept with every entry; an entry that spans hours is spread over them exactly.
CREATE TABLE hourly (
    token      INTEGER NOT NULL REFERENCES token (id),
    hour       INTEGER NOT NULL,        -- its first second
    spent_nano INTEGER NOT NULL,
    PRIMARY KEY (token, hour)
) STRICT, WITHOUT ROWID;

-- What is believed of each token now. Written when something about it changes, not with every poll.
CREATE TABLE token_state (
    token             INTEGER PRIMARY KEY REFERENCES token (id),
    seen_at           INTEGER NOT NULL, -- of this row; while missing = 0 the account's last_ok_at is newer
    missing           INTEGER NOT NULL, -- complete lists in a row without it
    type              TEXT NOT NULL,
    balance_nano      INTEGER,
    budgeted          INTEGER NOT NULL,
    expires_at        INTEGER,
    reset_period      TEXT NOT NULL,
    reset_amount_nano INTEGER,
    last_reset        INTEGER,
    risen_to_nano     INTEGER,          -- the balance after its last rise
    burn_1h_nano      INTEGER,          -- each per hour, over that window; NULL: watched for too short
    burn_6h_nano      INTEGER,
    burn_24h_nano     INTEGER,
    burn_7d_nano      INTEGER,
    verdict           TEXT NOT NULL,    -- learning, no_budget, blind, idle, safe, tight, runs_dry, exhausted
    early_at          INTEGER,          -- exhaustion: 10 %, 50 %, 90 %; NULL: none, or no end in sight
    likely_at         INTEGER,
    late_at           INTEGER,
    horizon_at        INTEGER,          -- what the verdict is about
    forecast_at       INTEGER           -- when it was made
) STRICT;

CREATE TABLE alert (
    token         INTEGER NOT NULL REFERENCES token (id),
    rule          TEXT NOT NULL,
    level         TEXT NOT NULL,        -- none, info, warning, critical: as announced
    pending       TEXT NOT NULL,
    pending_since INTEGER NOT NULL,
    since         INTEGER NOT NULL,
    episode       INTEGER NOT NULL,
    step          INTEGER NOT NULL,
    PRIMARY KEY (token, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    seq       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,     -- as published
    at        INTEGER NOT NULL,
    token     INTEGER NOT NULL REFERENCES token (id),
    rule      TEXT NOT NULL,
    kind      TEXT NOT NULL,            -- raised, worsened, eased, resolved
    level     TEXT NOT NULL,
    was       TEXT NOT NULL,
    value     INTEGER,                  -- in the unit
    threshold INTEGER,
    unit      TEXT NOT NULL,            -- USD (nano), % (hundredths), s
    since     INTEGER NOT NULL,
    summary   TEXT NOT NULL
) STRICT;

-- Messages for the broker in the order of sending. One that is not retained goes when it is acknowledged. A retained one
-- stays as the truth about its topic until a newer one takes its place: a broker that comes back gets them all again.
CREATE TABLE outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    topic   TEXT NOT NULL,
    payload BLOB NOT NULL,              -- empty and retained: clears the topic
    retain  INTEGER NOT NULL,
    pending INTEGER NOT NULL            -- 1: not acknowledged since it was posted or the broker came back
) STRICT;
CREATE UNIQUE INDEX outbox_retained ON outbox (topic) WHERE retain = 1;
CREATE INDEX outbox_pending ON outbox (id) WHERE pending = 1;
