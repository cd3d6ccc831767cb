-- Who says what is left on an account (core/credits.h). An API that does not offer it leaves credits_reason NULL, as
-- nothing failed. A person can give the level once (`ebb credits set`); it is counted down by consumption from then on.
ALTER TABLE account ADD COLUMN credits_source TEXT NOT NULL DEFAULT 'api'; -- api, estimate, none
ALTER TABLE account ADD COLUMN credits_set_id TEXT;       -- of the order that was taken up last; NULL: none ever was
ALTER TABLE account ADD COLUMN credits_set_at INTEGER;    -- when they were given by hand; NULL: never
ALTER TABLE account ADD COLUMN credits_set_nano INTEGER;
ALTER TABLE account ADD COLUMN credits_spent_nano INTEGER NOT NULL DEFAULT 0; -- consumption since then

-- The account's own key, as the API describes it; asked once a day where that is offered.
ALTER TABLE account ADD COLUMN key_asked_at INTEGER;      -- the last answer; NULL: never
ALTER TABLE account ADD COLUMN key_scopes TEXT;           -- separated by spaces; NULL: not known
ALTER TABLE account ADD COLUMN key_ends_at INTEGER;       -- NULL: never, or not known
ALTER TABLE account ADD COLUMN key_reason TEXT;           -- why it was not described last; NULL: it was

-- The state of credits that no forecast decides; written by the program (edge/store/decisions.c).
CREATE TABLE credits_source (
    name  TEXT PRIMARY KEY,
    state TEXT                          -- NULL: what is known of them decides
) STRICT, WITHOUT ROWID;

-- An account whose API does not offer credits has a row, too: that is what it says.
DROP VIEW v_credits;
CREATE VIEW v_credits AS
SELECT t.id AS token_id, a.name AS account, CASE WHEN c.state IS NULL THEN n.seen END AS seen_at,
       a.credits_reason AS reason,
       CASE WHEN c.state IS NULL THEN CAST(s.balance_nano AS REAL) / 1e9 END AS credits_usd,
       CASE WHEN c.state IS NULL THEN CAST(s.burn_1h_nano AS REAL) / 1e9 END AS burn_1h_usd_per_h,
       CASE WHEN c.state IS NULL THEN CAST(s.burn_6h_nano AS REAL) / 1e9 END AS burn_6h_usd_per_h,
       CASE WHEN c.state IS NULL THEN CAST(s.burn_24h_nano AS REAL) / 1e9 END AS burn_24h_usd_per_h,
       CASE WHEN c.state IS NULL THEN CAST(s.burn_7d_nano AS REAL) / 1e9 END AS burn_7d_usd_per_h,
       CASE WHEN c.state IS NULL THEN n.verdict END AS verdict,
       CASE WHEN c.state IS NULL THEN n.early_at END AS early_at,
       CASE WHEN c.state IS NULL THEN n.likely_at END AS likely_at,
       CASE WHEN c.state IS NULL THEN n.late_at END AS late_at,
       CASE WHEN c.state IS NULL THEN s.horizon_at END AS horizon_at,
       CASE WHEN c.state IS NULL THEN s.forecast_at END AS forecast_at,
       CASE WHEN c.state IS NULL THEN CAST(n.lasts_bp AS REAL) / 1e4 END AS chance_lasts,
       CASE WHEN c.state IS NULL THEN s.history END AS history,
       coalesce(c.state, n.state) AS state, a.credits_source AS source,
       CASE WHEN a.credits_source = 'estimate' THEN a.credits_set_at END AS set_at,
       CASE WHEN a.credits_source = 'estimate' THEN CAST(a.credits_set_nano AS REAL) / 1e9 END AS set_usd
FROM account a
     LEFT JOIN credits_source c ON c.name = a.credits_source
     LEFT JOIN token t ON t.account = a.id AND t.kind = 'credits'
     LEFT JOIN token_now s ON s.token = t.id
     LEFT JOIN state_now n ON n.token = t.id
WHERE s.token IS NOT NULL OR (c.state IS NOT NULL AND a.removed_at IS NULL);

DROP VIEW v_account;
CREATE VIEW v_account AS
SELECT a.name AS account, a.interval_s, a.last_ok_at, a.failing_since, a.next_poll_at, a.rhythm, a.stale_s,
       a.last_ok_at IS NULL OR unixepoch() - a.last_ok_at > coalesce(a.stale_s, 0) AS stale,
       a.usage_at, a.usage_reason, a.credits_reason, p.at AS polled_at, p.result, p.reason,
       a.credits_source, a.key_asked_at, a.key_scopes, a.key_ends_at, a.key_reason
FROM account a LEFT JOIN poll p ON p.id = (SELECT max(n.id) FROM poll n WHERE n.account = a.id)
WHERE a.removed_at IS NULL;
