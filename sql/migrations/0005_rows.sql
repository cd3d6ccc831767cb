-- Rows that are many get small, so that a month of them is a few megabytes; what was read and booked keeps its shape in
-- two views, `snapshot` and `entry`.

-- What a reading says beside the balance changes almost never: each distinct set of terms is kept once.
CREATE TABLE terms (
    id                INTEGER PRIMARY KEY,
    type              TEXT NOT NULL,
    budgeted          INTEGER NOT NULL, -- active_balance
    expires_at        INTEGER,
    reset_period      TEXT NOT NULL,
    reset_amount_nano INTEGER
) STRICT;
CREATE UNIQUE INDEX terms_once
    ON terms (type, budgeted, reset_period, ifnull(expires_at, 'never'), ifnull(reset_amount_nano, 'none'));
INSERT INTO terms (type, budgeted, expires_at, reset_period, reset_amount_nano)
SELECT DISTINCT type, budgeted, expires_at, reset_period, reset_amount_nano FROM snapshot;

CREATE TABLE reading (
    poll         INTEGER NOT NULL REFERENCES poll (id),
    token        INTEGER NOT NULL REFERENCES token (id),
    balance_nano INTEGER,
    terms        INTEGER NOT NULL REFERENCES terms (id),
    PRIMARY KEY (poll, token)
) STRICT, WITHOUT ROWID;
INSERT INTO reading (poll, token, balance_nano, terms)
SELECT s.poll, s.token, s.balance_nano, t.id
FROM snapshot s JOIN terms t
     ON t.type = s.type AND t.budgeted = s.budgeted AND t.reset_period = s.reset_period
        AND t.expires_at IS s.expires_at AND t.reset_amount_nano IS s.reset_amount_nano;

-- In the order in which the program numbers them.
CREATE TABLE booking_kind (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO booking_kind VALUES (0, 'consumption'), (1, 'topup'), (2, 'reset'), (3, 'edit'), (4, 'unknown');

CREATE TABLE booking (
    poll        INTEGER NOT NULL REFERENCES poll (id),
    token       INTEGER NOT NULL REFERENCES token (id),
    seq         INTEGER NOT NULL,       -- 0, 1: order within the poll
    kind        INTEGER NOT NULL REFERENCES booking_kind (id),
    amount_nano INTEGER NOT NULL,
    since       INTEGER NOT NULL,
    PRIMARY KEY (poll, token, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX booking_rare ON booking (poll) WHERE kind <> 0; -- all but consumption
INSERT INTO booking (poll, token, seq, kind, amount_nano, since)
SELECT e.poll, e.token, e.seq, k.id, e.amount_nano, e.since FROM entry e JOIN booking_kind k ON k.name = e.kind;

DROP TABLE snapshot;
DROP TABLE entry;

CREATE VIEW snapshot AS
SELECT r.poll, r.token, t.type, r.balance_nano, t.budgeted, t.expires_at, t.reset_period, t.reset_amount_nano
FROM reading r JOIN terms t ON t.id = r.terms;

CREATE VIEW entry AS
SELECT b.poll, b.token, b.seq, k.name AS kind, b.amount_nano, b.since
FROM booking b JOIN booking_kind k ON k.id = b.kind;
