-- The views of 0002 that must tell tokens from credits and from the main key, and those of what 0003 added.

DROP VIEW v_token;
CREATE VIEW v_token AS
SELECT t.id AS token_id, a.name AS account, t.name AS token, t.generation, t.slug,
       t.first_seen, t.deleted_at, s.type, s.budgeted,
       CASE WHEN s.missing = 0 THEN max(s.seen_at, coalesce(a.last_ok_at, s.seen_at)) ELSE s.seen_at END AS seen_at,
       s.missing,
       CAST(s.balance_nano AS REAL) / 1e9 AS balance_usd,
       s.expires_at, s.reset_period, CAST(s.reset_amount_nano AS REAL) / 1e9 AS reset_amount_usd,
       s.burn_source,
       CAST(s.burn_1h_nano AS REAL) / 1e9 AS burn_1h_usd_per_h,
       CAST(s.burn_6h_nano AS REAL) / 1e9 AS burn_6h_usd_per_h,
       CAST(s.burn_24h_nano AS REAL) / 1e9 AS burn_24h_usd_per_h,
       CAST(s.burn_7d_nano AS REAL) / 1e9 AS burn_7d_usd_per_h,
       s.verdict, s.early_at, s.likely_at, s.late_at, s.horizon_at, s.forecast_at,
       CAST(s.lasts_bp AS REAL) / 1e4 AS chance_lasts, s.history
FROM token t JOIN account a ON a.id = t.account JOIN token_state s ON s.token = t.id
WHERE t.kind = 'token';

CREATE VIEW v_credits AS
SELECT t.id AS token_id, a.name AS account, s.seen_at, a.credits_reason AS reason,
       CAST(s.balance_nano AS REAL) / 1e9 AS credits_usd,
       CAST(s.burn_1h_nano AS REAL) / 1e9 AS burn_1h_usd_per_h,
       CAST(s.burn_6h_nano AS REAL) / 1e9 AS burn_6h_usd_per_h,
       CAST(s.burn_24h_nano AS REAL) / 1e9 AS burn_24h_usd_per_h,
       CAST(s.burn_7d_nano AS REAL) / 1e9 AS burn_7d_usd_per_h,
       s.verdict, s.early_at, s.likely_at, s.late_at, s.horizon_at, s.forecast_at,
       CAST(s.lasts_bp AS REAL) / 1e4 AS chance_lasts, s.history
FROM token t JOIN account a ON a.id = t.account JOIN token_state s ON s.token = t.id
WHERE t.kind = 'credits';

DROP VIEW v_balance;
CREATE VIEW v_balance AS
SELECT p.at, a.name AS account, t.name AS token, t.id AS token_id, CAST(s.balance_nano AS REAL) / 1e9 AS balance_usd
FROM poll p JOIN snapshot s ON s.poll = p.id JOIN token t ON t.id = s.token JOIN account a ON a.id = t.account
WHERE t.kind = 'token';

CREATE VIEW v_credits_balance AS
SELECT p.at, a.name AS account, t.id AS token_id, CAST(s.balance_nano AS REAL) / 1e9 AS credits_usd
FROM poll p JOIN snapshot s ON s.poll = p.id JOIN token t ON t.id = s.token JOIN account a ON a.id = t.account
WHERE t.kind = 'credits';

DROP VIEW v_entry;
CREATE VIEW v_entry AS
SELECT p.at, e.since, a.name AS account, t.name AS token, t.id AS token_id, e.kind,
       CAST(e.amount_nano AS REAL) / 1e9 AS amount_usd
FROM poll p JOIN entry e ON e.poll = p.id JOIN token t ON t.id = e.token JOIN account a ON a.id = t.account
WHERE t.kind = 'token';

DROP VIEW v_consumption_hourly;
CREATE VIEW v_consumption_hourly AS
SELECT h.hour AS at, a.name AS account, t.name AS token, t.id AS token_id, CAST(h.spent_nano AS REAL) / 1e9 AS spent_usd,
       CAST(h.usage_nano AS REAL) / 1e9 AS of_it_told_by_endpoint_usd
FROM hourly h JOIN token t ON t.id = h.token JOIN account a ON a.id = t.account
WHERE t.kind = 'token';

-- What the consumption endpoint says; the main key is a payer like any token.
CREATE VIEW v_usage AS
SELECT u.day AS at, a.name AS account, t.name AS token, t.id AS token_id, t.kind, f.text AS feature,
       CAST(u.cost_nano AS REAL) / 1e9 AS cost_usd, u.calls
FROM usage u JOIN token t ON t.id = u.token JOIN account a ON a.id = t.account JOIN word f ON f.id = u.feature;

CREATE VIEW v_usage_provider AS
SELECT u.day AS at, a.name AS account, t.name AS token, t.id AS token_id, t.kind, f.text AS feature,
       p.text AS provider, CAST(u.cost_nano AS REAL) / 1e9 AS cost_usd
FROM usage_provider u JOIN token t ON t.id = u.token JOIN account a ON a.id = t.account
     JOIN word f ON f.id = u.feature JOIN word p ON p.id = u.provider;

-- Consumption by the balance and by the endpoint; token is NULL for the credits against all consumption.
CREATE VIEW v_reconcile AS
SELECT r.day, a.name AS account, CASE t.kind WHEN 'token' THEN t.name END AS token, t.id AS token_id,
       CAST(r.balance_nano AS REAL) / 1e9 AS balance_usd, CAST(r.usage_nano AS REAL) / 1e9 AS usage_usd,
       CAST(r.usage_nano - r.balance_nano AS REAL) / 1e9 AS difference_usd, r.judged
FROM reconcile r JOIN token t ON t.id = r.token JOIN account a ON a.id = t.account;

DROP VIEW v_alert;
CREATE VIEW v_alert AS
SELECT a.name AS account, t.name AS token, t.id AS token_id, t.kind AS series, l.rule, l.level, l.since, l.episode
FROM alert l JOIN token t ON t.id = l.token JOIN account a ON a.id = t.account
WHERE l.level <> 'none';

DROP VIEW v_event;
CREATE VIEW v_event AS
SELECT e.id AS event_id, e.at, a.name AS account, t.name AS token, t.id AS token_id, t.kind AS series, e.rule, e.kind,
       e.level, e.was, e.value, e.threshold, e.unit, e.since, e.summary
FROM event e JOIN token t ON t.id = e.token JOIN account a ON a.id = t.account;
