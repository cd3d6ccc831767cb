-- Stable names for dashboards: dollars as REAL, time as UTC seconds. Reports that must be exact use the tables.

CREATE VIEW v_token AS
SELECT t.id AS token_id, a.name AS account, t.name AS token, t.generation, t.slug,
       t.first_seen, t.deleted_at, s.type, s.budgeted,
       CASE WHEN s.missing = 0 THEN max(s.seen_at, coalesce(a.last_ok_at, s.seen_at)) ELSE s.seen_at END AS seen_at,
       s.missing,
       CAST(s.balance_nano AS REAL) / 1e9 AS balance_usd,
       s.expires_at, s.reset_period, CAST(s.reset_amount_nano AS REAL) / 1e9 AS reset_amount_usd,
       CAST(s.burn_1h_nano AS REAL) / 1e9 AS burn_1h_usd_per_h,
       CAST(s.burn_6h_nano AS REAL) / 1e9 AS burn_6h_usd_per_h,
       CAST(s.burn_24h_nano AS REAL) / 1e9 AS burn_24h_usd_per_h,
       CAST(s.burn_7d_nano AS REAL) / 1e9 AS burn_7d_usd_per_h,
       s.verdict, s.early_at, s.likely_at, s.late_at, s.horizon_at, s.forecast_at
FROM token t JOIN account a ON a.id = t.account JOIN token_state s ON s.token = t.id;

CREATE VIEW v_balance AS
SELECT p.at, a.name AS account, t.name AS token, t.id AS token_id, CAST(s.balance_nano AS REAL) / 1e9 AS balance_usd
FROM poll p JOIN snapshot s ON s.poll = p.id JOIN token t ON t.id = s.token JOIN account a ON a.id = t.account;

CREATE VIEW v_entry AS
SELECT p.at, e.since, a.name AS account, t.name AS token, t.id AS token_id, e.kind,
       CAST(e.amount_nano AS REAL) / 1e9 AS amount_usd
FROM poll p JOIN entry e ON e.poll = p.id JOIN token t ON t.id = e.token JOIN account a ON a.id = t.account;

CREATE VIEW v_consumption_hourly AS
SELECT h.hour AS at, a.name AS account, t.name AS token, t.id AS token_id, CAST(h.spent_nano AS REAL) / 1e9 AS spent_usd
FROM hourly h JOIN token t ON t.id = h.token JOIN account a ON a.id = t.account;

CREATE VIEW v_poll AS
SELECT p.id AS poll_id, p.at, a.name AS account, p.result, p.http_status, p.reason, p.tokens, p.changed, p.missing,
       p.bytes, p.took_ms
FROM poll p JOIN account a ON a.id = p.account;

CREATE VIEW v_alert AS
SELECT a.name AS account, t.name AS token, t.id AS token_id, l.rule, l.level, l.since, l.episode
FROM alert l JOIN token t ON t.id = l.token JOIN account a ON a.id = t.account
WHERE l.level <> 'none';

CREATE VIEW v_event AS
SELECT e.id AS event_id, e.at, a.name AS account, t.name AS token, t.id AS token_id, e.rule, e.kind, e.level, e.was,
       e.value, e.threshold, e.unit, e.since, e.summary
FROM event e JOIN token t ON t.id = e.token JOIN account a ON a.id = t.account;
