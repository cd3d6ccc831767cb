-- Views that dashboards need beside those of 0002 to 0011: dollars as REAL, time as UTC seconds.

-- What tokens are chosen by. The environment is the first part of env-project-purpose (core/naming.c).
CREATE VIEW v_token_name AS
SELECT t.id AS token_id, a.name AS account, t.name AS token,
       CASE WHEN instr(t.name, '-') > 1 THEN substr(t.name, 1, instr(t.name, '-') - 1) ELSE '(none)' END AS environment,
       t.deleted_at
FROM token t JOIN account a ON a.id = t.account
WHERE t.kind = 'token';

-- Accounts of the configuration. `stale` is judged by the time of whoever asks, as in v_token.
CREATE VIEW v_account AS
SELECT a.name AS account, a.interval_s, a.last_ok_at, a.failing_since, a.next_poll_at, a.rhythm, a.stale_s,
       a.last_ok_at IS NULL OR unixepoch() - a.last_ok_at > coalesce(a.stale_s, 0) AS stale,
       a.usage_at, a.usage_reason, a.credits_reason, p.at AS polled_at, p.result, p.reason
FROM account a LEFT JOIN poll p ON p.id = (SELECT max(n.id) FROM poll n WHERE n.account = a.id)
WHERE a.removed_at IS NULL;

DROP VIEW v_poll;
CREATE VIEW v_poll AS
SELECT p.id AS poll_id, p.at, a.name AS account, p.result, p.http_status, p.reason, p.tokens, p.changed, p.missing,
       p.bytes, p.took_ms, p.calls
FROM poll p JOIN account a ON a.id = p.account;

-- v_balance for one token or a few, and the credits: a range of polls, then one look into each. v_balance, which is
-- for all tokens, goes through all readings.
CREATE VIEW v_reading AS
SELECT p.at, n.account, n.token, n.token_id, CAST(r.balance_nano AS REAL) / 1e9 AS balance_usd
FROM v_token_name n CROSS JOIN poll p CROSS JOIN reading r ON r.poll = p.id AND r.token = n.token_id;

DROP VIEW v_credits_balance;
CREATE VIEW v_credits_balance AS
SELECT p.at, a.name AS account, t.id AS token_id, CAST(r.balance_nano AS REAL) / 1e9 AS credits_usd
FROM account a JOIN token t ON t.account = a.id AND t.kind = 'credits' CROSS JOIN poll p
     CROSS JOIN reading r ON r.poll = p.id AND r.token = t.id;

-- Sums by hour, and by day, in parts: those that are written, and what the newest readings add to them, so an hour can
-- have two rows. Whoever adds them up finds the rows of a few tokens, or of a short time, without reading all.
CREATE VIEW v_hour_part AS
SELECT h.hour AS at, n.token_id, n.account, n.token, n.environment, CAST(h.spent_nano AS REAL) / 1e9 AS spent_usd,
       CAST(h.low_nano AS REAL) / 1e9 AS low_usd, CAST(h.high_nano AS REAL) / 1e9 AS high_usd
FROM v_token_name n CROSS JOIN hourly h ON h.token = n.token_id
UNION ALL
SELECT o.hour, n.token_id, n.account, n.token, n.environment, CAST(o.spent_nano AS REAL) / 1e9,
       CAST(o.low_nano AS REAL) / 1e9, CAST(o.high_nano AS REAL) / 1e9
FROM open_hour o CROSS JOIN v_token_name n ON n.token_id = o.token;

CREATE VIEW v_day_part AS
SELECT d.day AS at, n.token_id, n.account, n.token, n.environment, CAST(d.spent_nano AS REAL) / 1e9 AS spent_usd,
       CAST(d.low_nano AS REAL) / 1e9 AS low_usd, CAST(d.high_nano AS REAL) / 1e9 AS high_usd
FROM v_token_name n CROSS JOIN daily d ON d.token = n.token_id
UNION ALL
SELECT o.day, n.token_id, n.account, n.token, n.environment, CAST(o.spent_nano AS REAL) / 1e9,
       CAST(o.low_nano AS REAL) / 1e9, CAST(o.high_nano AS REAL) / 1e9
FROM open_day o CROSS JOIN v_token_name n ON n.token_id = o.token;

-- Firing alerts and their transitions with the level's rank: 0 none, 1 info, 2 warning, 3 critical.
CREATE VIEW v_alert_level AS
SELECT a.name AS account, t.name AS token, t.id AS token_id, t.kind AS series, l.rule, l.level, u.urgency, l.since
FROM alert l JOIN level u ON u.name = l.level JOIN token t ON t.id = l.token JOIN account a ON a.id = t.account
WHERE t.deleted_at IS NULL AND a.removed_at IS NULL;

CREATE VIEW v_event_level AS
SELECT e.id AS event_id, e.at, a.name AS account, t.name AS token, t.id AS token_id, t.kind AS series, e.rule, e.level,
       u.urgency, w.urgency AS urgency_before
FROM event e JOIN level u ON u.name = e.level JOIN level w ON w.name = e.was JOIN token t ON t.id = e.token
     JOIN account a ON a.id = t.account;

-- What became of forecasts that were remembered (docs/forecast-use.md): `late_by` is positive where the forecast was
-- too late, as a natural logarithm of forecast time over time taken.
CREATE VIEW v_score AS
SELECT c.ended_at, a.name AS account, CASE t.kind WHEN 'token' THEN t.name END AS token, t.id AS token_id, c.made_at,
       CAST(c.amount_nano AS REAL) / 1e9 AS amount_usd, c.early_at, c.likely_at, c.late_at, c.spent, c.within,
       CAST(c.error_milli AS REAL) / 1e3 AS late_by
FROM score c JOIN token t ON t.id = c.token JOIN account a ON a.id = t.account
WHERE t.deleted_at IS NULL AND a.removed_at IS NULL;

-- The record of each account's forecasts, the newest thousand, as query_record.sql; the figures are NULL while they are
-- too few to judge by, as core/forecast/tracked.h decides.
CREATE VIEW v_forecast_record AS
WITH aged AS (
    SELECT *, row_number() OVER (PARTITION BY account ORDER BY ended_at DESC) AS age FROM v_score
), ranked AS (
    SELECT *, count(*) OVER of_account AS scored,
           row_number() OVER (PARTITION BY account ORDER BY abs(late_by)) AS by_size,
           row_number() OVER (PARTITION BY account ORDER BY late_by) AS by_error
    FROM aged WHERE age <= 1000
    WINDOW of_account AS (PARTITION BY account)
), judged AS (
    SELECT account, scored, sum(within) AS held, scored >= 10 AND max(ended_at) - min(made_at) >= 86400 AS tells,
           max(CASE WHEN by_size = scored / 2 + 1 THEN abs(late_by) END) AS off,
           max(CASE WHEN by_error = scored / 2 + 1 THEN late_by END) AS bias
    FROM ranked GROUP BY account
)
SELECT account, scored, CASE WHEN tells THEN CAST(held AS REAL) / scored END AS coverage,
       CASE WHEN tells THEN exp(min(off, 10.0)) END AS median_factor, CASE WHEN tells THEN bias END AS bias
FROM judged;

-- The connection to the broker (address NULL: none is configured, or none was tried yet), and what waits for it.
CREATE VIEW v_broker AS
SELECT b.address, b.state, b.since, b.version, b.reason, b.delivered_at, d.events AS waiting, d.bytes AS waiting_bytes,
       (SELECT coalesce(merged_from, at) FROM outbox WHERE retain = 0 ORDER BY id LIMIT 1) AS oldest_at,
       (SELECT count(*) FROM outbox WHERE refusal IS NOT NULL)
       + (SELECT count(*) FROM state_topic WHERE refusal IS NOT NULL) AS refused
FROM outbox_depth d LEFT JOIN broker b;

CREATE VIEW v_store AS
SELECT c.page_count * s.page_size AS bytes, f.freelist_count * s.page_size AS free_bytes
FROM pragma_page_count c, pragma_page_size s, pragma_freelist_count f;
