-- Who a token is. It is known by its key for life: the id that the API gives it, else its name there. `name` is what it
-- is shown by, which no other living token of its account is; its slug stays what it was at first.
ALTER TABLE token ADD COLUMN identity TEXT;         -- the id; NULL: it has none
ALTER TABLE token ADD COLUMN called TEXT;           -- its name there; NULL: as it is shown
ALTER TABLE token ADD COLUMN member TEXT;           -- the e-mail address of whom it belongs to; NULL: not told
ALTER TABLE token ADD COLUMN masked TEXT;           -- what the API shows of its secret; NULL: nothing
ALTER TABLE token ADD COLUMN revoked_at INTEGER;    -- when it was revoked, which is its end; NULL: it was not
ALTER TABLE token ADD COLUMN key TEXT GENERATED ALWAYS AS (coalesce(identity, called, name)) VIRTUAL;

DROP INDEX token_living;
CREATE UNIQUE INDEX token_living ON token (account, kind, key) WHERE deleted_at IS NULL;
CREATE INDEX token_gone ON token (account, key) WHERE deleted_at IS NOT NULL;
CREATE INDEX token_called ON token (account, called) WHERE called IS NOT NULL;

-- What a token was called before it was renamed: consumption of days until then may still be told under that name.
CREATE TABLE former_name (
    token INTEGER NOT NULL REFERENCES token (id),
    name  TEXT NOT NULL,
    until INTEGER NOT NULL,             -- the poll that saw another one
    PRIMARY KEY (token, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_name_of ON former_name (name);

DROP VIEW v_token;
CREATE VIEW v_token AS
SELECT t.id AS token_id, a.name AS account, t.name AS token, t.generation, t.slug,
       t.first_seen, t.deleted_at, s.type, s.budgeted,
       n.seen AS seen_at,
       s.missing,
       CAST(s.balance_nano AS REAL) / 1e9 AS balance_usd,
       s.expires_at, s.reset_period, CAST(s.reset_amount_nano AS REAL) / 1e9 AS reset_amount_usd,
       s.burn_source,
       CAST(s.burn_1h_nano AS REAL) / 1e9 AS burn_1h_usd_per_h,
       CAST(s.burn_6h_nano AS REAL) / 1e9 AS burn_6h_usd_per_h,
       CAST(s.burn_24h_nano AS REAL) / 1e9 AS burn_24h_usd_per_h,
       CAST(s.burn_7d_nano AS REAL) / 1e9 AS burn_7d_usd_per_h,
       n.verdict, n.early_at, n.likely_at, n.late_at, s.horizon_at, s.forecast_at,
       CAST(n.lasts_bp AS REAL) / 1e4 AS chance_lasts, s.history,
       s.unreadable, n.state,
       t.key AS token_key, coalesce(t.called, t.name) AS vendor_name, t.member, t.masked, t.revoked_at
FROM token t JOIN account a ON a.id = t.account JOIN token_now s ON s.token = t.id JOIN state_now n ON n.token = t.id
WHERE t.kind = 'token';

DROP VIEW v_token_name;
CREATE VIEW v_token_name AS
SELECT t.id AS token_id, a.name AS account, t.name AS token,
       CASE WHEN instr(t.name, '-') > 1 THEN substr(t.name, 1, instr(t.name, '-') - 1) ELSE '(none)' END AS environment,
       t.deleted_at, t.member
FROM token t JOIN account a ON a.id = t.account
WHERE t.kind = 'token';
