-- Credits, consumption as the API tells it, and sums that outlive the raw rows.

-- A series is a token, the account's credits (its name is empty, which no token's is), or the main key, which only the
-- consumption endpoint knows (it calls it base_token).
ALTER TABLE token ADD COLUMN kind TEXT NOT NULL DEFAULT 'token';  -- token, credits, key
DROP INDEX token_living;
CREATE UNIQUE INDEX token_living ON token (account, kind, name) WHERE deleted_at IS NULL;

-- Where the burn figures come from: the falls of the balance, or, without a budget, the consumption endpoint.
ALTER TABLE token_state ADD COLUMN burn_source TEXT NOT NULL DEFAULT 'balance'; -- balance, consumption

-- The poll of the newest reading, which outlives the raw rows around it.
ALTER TABLE token_state ADD COLUMN snapshot_poll INTEGER;
UPDATE token_state SET snapshot_poll = newest.poll
FROM (SELECT token, max(poll) AS poll FROM snapshot GROUP BY token) AS newest WHERE newest.token = token_state.token;

-- Topics that were cleared.
CREATE INDEX outbox_cleared ON outbox (id) WHERE retain = 1 AND length(payload) = 0;

-- Sums by UTC hour. usage_nano is the part of spent_nano that the consumption endpoint told, for a token without budget;
-- the rest was read off the balance. low and high: the smallest and largest balance that a change in this
-- hour led from or to; NULL: none did.
ALTER TABLE hourly ADD COLUMN usage_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hourly ADD COLUMN topup_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hourly ADD COLUMN reset_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hourly ADD COLUMN low_nano INTEGER;
ALTER TABLE hourly ADD COLUMN high_nano INTEGER;

-- The same by UTC day, kept with every entry, so that no report changes when hours and raw rows go.
CREATE TABLE daily (
    token      INTEGER NOT NULL REFERENCES token (id),
    day        INTEGER NOT NULL,        -- its first second
    spent_nano INTEGER NOT NULL,
    usage_nano INTEGER NOT NULL DEFAULT 0,
    topup_nano INTEGER NOT NULL DEFAULT 0,
    reset_nano INTEGER NOT NULL DEFAULT 0,
    low_nano   INTEGER,
    high_nano  INTEGER,
    PRIMARY KEY (token, day)
) STRICT, WITHOUT ROWID;

-- What an older database knows: rises from its entries, levels from its snapshots.
INSERT INTO hourly (token, hour, spent_nano, topup_nano, reset_nano)
SELECT e.token, p.at - p.at % 3600, 0, sum(iif(e.kind = 'topup', e.amount_nano, 0)),
       sum(iif(e.kind = 'reset', e.amount_nano, 0))
FROM entry e JOIN poll p ON p.id = e.poll
WHERE e.kind IN ('topup', 'reset')
GROUP BY 1, 2
ON CONFLICT (token, hour) DO UPDATE SET topup_nano = excluded.topup_nano, reset_nano = excluded.reset_nano;

INSERT INTO hourly (token, hour, spent_nano, low_nano, high_nano)
SELECT s.token, p.at - p.at % 3600, 0, min(s.balance_nano), max(s.balance_nano)
FROM snapshot s JOIN poll p ON p.id = s.poll
WHERE s.balance_nano IS NOT NULL
GROUP BY 1, 2
ON CONFLICT (token, hour) DO UPDATE SET low_nano = excluded.low_nano, high_nano = excluded.high_nano;

INSERT INTO daily (token, day, spent_nano, topup_nano, reset_nano, low_nano, high_nano)
SELECT token, hour - hour % 86400, sum(spent_nano), sum(topup_nano), sum(reset_nano), min(low_nano), max(high_nano)
FROM hourly GROUP BY 1, 2;

-- Names of features (llm__chat) and providers (openai), each once.
CREATE TABLE word (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- What the consumption endpoint says, as it says it: a day's figures are replaced until it is over and a little after.
CREATE TABLE usage (
    token     INTEGER NOT NULL REFERENCES token (id),
    day       INTEGER NOT NULL,         -- first second of the UTC day
    feature   INTEGER NOT NULL REFERENCES word (id),
    cost_nano INTEGER NOT NULL,
    calls     INTEGER NOT NULL,
    PRIMARY KEY (token, day, feature)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_provider (
    token     INTEGER NOT NULL REFERENCES token (id),
    day       INTEGER NOT NULL,
    feature   INTEGER NOT NULL REFERENCES word (id),
    provider  INTEGER NOT NULL REFERENCES word (id),
    cost_nano INTEGER NOT NULL,
    PRIMARY KEY (token, day, feature, provider)
) STRICT, WITHOUT ROWID;

-- What was spent on a day by both sources, compared once the day is long over (core/reconcile.h): of a token by its
-- balance, of the credits by their fall against all consumption.
CREATE TABLE reconcile (
    token        INTEGER NOT NULL REFERENCES token (id),
    day          INTEGER NOT NULL,
    balance_nano INTEGER NOT NULL,
    usage_nano   INTEGER NOT NULL,
    judged       TEXT NOT NULL,          -- agrees, hidden, drift
    PRIMARY KEY (token, day)
) STRICT, WITHOUT ROWID;

-- How far consumption is known: the days from usage_from to the one before usage_at's.
ALTER TABLE account ADD COLUMN usage_from INTEGER;  -- first second of the first day asked for; NULL: never answered
ALTER TABLE account ADD COLUMN usage_at INTEGER;    -- an answer told everything up to then
ALTER TABLE account ADD COLUMN usage_reason TEXT;   -- why the last one was not; NULL: it was
ALTER TABLE account ADD COLUMN credits_reason TEXT; -- why the credits were not told with the last poll; NULL: they were

-- When the next poll is planned, and why then. A token is blind when it was not seen for calm_s, two intervals and a
-- minute: so an account that is slowed down on purpose is not.
ALTER TABLE account ADD COLUMN next_poll_at INTEGER;
ALTER TABLE account ADD COLUMN rhythm TEXT;             -- usual, runway, jump, idle, retry; NULL: never polled
ALTER TABLE account ADD COLUMN rhythm_wait_s INTEGER;   -- time between polls in this rhythm
ALTER TABLE account ADD COLUMN rhythm_token INTEGER;    -- the token that it is about; NULL: none
ALTER TABLE account ADD COLUMN rhythm_at INTEGER;       -- runway: the early exhaustion; idle: the last change
ALTER TABLE account ADD COLUMN calm_s INTEGER;          -- wait planned after the last complete, plausible poll
ALTER TABLE account ADD COLUMN calls_milli_per_s INTEGER; -- the budget, in thousandths of a call per second

ALTER TABLE poll ADD COLUMN calls INTEGER NOT NULL DEFAULT 1; -- to the API, of every kind, since the poll before

-- More of a token's forecast; forecast_at is when the full forecast was made that the times were read from.
ALTER TABLE token_state ADD COLUMN alarm_at INTEGER;  -- rules on the runway fire by this time
ALTER TABLE token_state ADD COLUMN relief_at INTEGER; -- and clear by this one
ALTER TABLE token_state ADD COLUMN lasts_bp INTEGER;  -- the chance to last until horizon_at, in hundredths of a percent
ALTER TABLE token_state ADD COLUMN history TEXT NOT NULL DEFAULT 'none'; -- none, hours, days, weeks: learnt from
ALTER TABLE token_state ADD COLUMN spent_nano INTEGER NOT NULL DEFAULT 0; -- consumed since it is watched: a counter

-- Forecasts that are remembered until it is known what happened: the time at which amount_nano will have been consumed,
-- which is when token_state.spent_nano reaches target_nano. A few for each token.
CREATE TABLE promise (
    token       INTEGER NOT NULL REFERENCES token (id),
    place       INTEGER NOT NULL,       -- 0, 1, 2: about a sixteenth, a quarter, the whole of the balance
    made_at     INTEGER NOT NULL,
    amount_nano INTEGER NOT NULL,
    target_nano INTEGER NOT NULL,
    early_at    INTEGER NOT NULL,       -- 10 %, 50 %, 90 %
    likely_at   INTEGER NOT NULL,
    late_at     INTEGER NOT NULL,
    PRIMARY KEY (token, place)
) STRICT, WITHOUT ROWID;

-- What became of them; of each token the newest 64.
CREATE TABLE score (
    token       INTEGER NOT NULL REFERENCES token (id),
    place       INTEGER NOT NULL,       -- 0 to 63; the oldest makes room
    made_at     INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    amount_nano INTEGER NOT NULL,
    early_at    INTEGER NOT NULL,
    likely_at   INTEGER NOT NULL,
    late_at     INTEGER NOT NULL,
    spent       INTEGER NOT NULL,       -- 0: not spent at ended_at, which is so late that nobody waits any longer
    within      INTEGER NOT NULL,       -- 1: between early_at and late_at
    error_milli INTEGER NOT NULL,       -- 1000 ln(time forecast / time taken): positive is too late
    PRIMARY KEY (token, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX score_ended ON score (ended_at);
