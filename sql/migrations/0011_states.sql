-- Views for dashboards show a state that ages by itself, also while the daemon is down. What is decided is written here
-- by the program (edge/store/decisions.c, from core/state.h and core/level.h); a view only looks it up by the time of
-- whoever asks.

-- The state of a token, and the verdict on its balance, for all that can be known of it. `fresh`: what it is judged by
-- is not older than its account's stale_s.
CREATE TABLE state_when (
    verdict    TEXT NOT NULL,           -- as stored in token_state
    missing    INTEGER NOT NULL,        -- 0 or 1, as all of these
    unreadable INTEGER NOT NULL,
    expired    INTEGER NOT NULL,
    fresh      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    is_verdict TEXT NOT NULL,           -- what the verdict is by then
    PRIMARY KEY (verdict, missing, unreadable, expired, fresh)
) STRICT, WITHOUT ROWID;

-- Levels of alerts; the more urgent, the higher.
CREATE TABLE level (
    name    TEXT PRIMARY KEY,
    urgency INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A reading older than this is stale: core/schedule.h. It takes the place of calm_s, which is not written any more.
ALTER TABLE account ADD COLUMN stale_s INTEGER; -- NULL: never polled
UPDATE account SET stale_s = coalesce(calm_s, interval_s) + 2 * interval_s + 60;

-- token_now by the clock of whoever asks. Times of a forecast that does not stand are NULL.
CREATE VIEW state_now AS
SELECT s.token, s.seen, x.state, x.is_verdict AS verdict,
       CASE WHEN x.state = s.verdict THEN s.early_at END AS early_at,
       CASE WHEN x.state = s.verdict THEN s.likely_at END AS likely_at,
       CASE WHEN x.state = s.verdict THEN s.late_at END AS late_at,
       CASE WHEN x.state = s.verdict THEN s.lasts_bp END AS lasts_bp
FROM (SELECT t.*, a.stale_s, n.kind <> 'credits' OR a.credits_reason IS NULL AS answered,
             CASE WHEN t.missing = 0 AND t.unreadable IS NULL AND (n.kind <> 'credits' OR a.credits_reason IS NULL)
                  THEN max(t.seen_at, coalesce(a.last_ok_at, t.seen_at)) ELSE t.seen_at END AS seen,
             CASE WHEN t.missing = 0 AND t.unreadable IS NULL THEN max(t.seen_at, coalesce(a.last_ok_at, t.seen_at))
                  ELSE coalesce(a.last_ok_at, t.seen_at) END AS judged_at
      FROM token_now t JOIN token n ON n.id = t.token JOIN account a ON a.id = n.account) s
     LEFT JOIN state_when x
               ON x.verdict = s.verdict AND x.missing = (s.missing > 0) AND x.unreadable = (s.unreadable IS NOT NULL)
                  AND x.expired = coalesce(s.expires_at <= unixepoch(), 0)
                  AND x.fresh = (s.answered AND unixepoch() - s.judged_at <= coalesce(s.stale_s, 0));

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
       s.unreadable, n.state
FROM token t JOIN account a ON a.id = t.account JOIN token_now s ON s.token = t.id JOIN state_now n ON n.token = t.id
WHERE t.kind = 'token';

DROP VIEW v_credits;
CREATE VIEW v_credits AS
SELECT t.id AS token_id, a.name AS account, n.seen AS seen_at, a.credits_reason AS reason,
       CAST(s.balance_nano AS REAL) / 1e9 AS credits_usd,
       CAST(s.burn_1h_nano AS REAL) / 1e9 AS burn_1h_usd_per_h,
       CAST(s.burn_6h_nano AS REAL) / 1e9 AS burn_6h_usd_per_h,
       CAST(s.burn_24h_nano AS REAL) / 1e9 AS burn_24h_usd_per_h,
       CAST(s.burn_7d_nano AS REAL) / 1e9 AS burn_7d_usd_per_h,
       n.verdict, n.early_at, n.likely_at, n.late_at, s.horizon_at, s.forecast_at,
       CAST(n.lasts_bp AS REAL) / 1e4 AS chance_lasts, s.history, n.state
FROM token t JOIN account a ON a.id = t.account JOIN token_now s ON s.token = t.id JOIN state_now n ON n.token = t.id
WHERE t.kind = 'credits';
