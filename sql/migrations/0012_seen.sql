-- token_state with what the readings since say: the balance, what was spent, and when. last_seen: while a token is in
-- the list and can be read, the account's last good poll saw it; the credits have an answer of their own, and while
-- that fails they are as old as when they were told last.
DROP VIEW token_now;
CREATE VIEW token_now AS
SELECT s.token, max(s.seen_at, coalesce(n.at, s.seen_at)) AS seen_at, s.missing, s.type,
       CASE WHEN n.token IS NULL THEN s.balance_nano ELSE n.balance_nano END AS balance_nano,
       s.budgeted, s.expires_at, s.reset_period, s.reset_amount_nano, s.last_reset, s.risen_to_nano,
       s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano,
       s.verdict, s.early_at, s.likely_at, s.late_at, s.horizon_at, s.forecast_at, s.burn_source, s.snapshot_poll,
       s.alarm_at, s.relief_at, s.lasts_bp, s.history,
       CAST(s.spent_nano + coalesce(n.spent_nano, 0) AS INTEGER) AS spent_nano,
       s.unreadable, s.limited_by, s.missing_since, s.lost_in_mass,
       max(s.seen_at, coalesce(n.at, s.seen_at),
           CASE WHEN s.missing = 0 AND s.unreadable IS NULL AND (t.kind <> 'credits' OR a.credits_reason IS NULL)
                THEN coalesce(a.last_ok_at, s.seen_at) ELSE s.seen_at END) AS last_seen
FROM token_state s
     LEFT JOIN (SELECT o.token, max(o.poll) AS poll, o.balance_nano, o.at, sum(o.spent_nano) AS spent_nano
                FROM open_reading o JOIN token_state k ON k.token = o.token
                WHERE o.poll > k.known_poll GROUP BY o.token) n ON n.token = s.token
     LEFT JOIN token t ON t.id = s.token
     LEFT JOIN account a ON a.id = t.account;

-- token_now by the clock of whoever asks. Times of a forecast that does not stand are NULL.
DROP VIEW state_now;
CREATE VIEW state_now AS
SELECT s.token, s.last_seen AS seen, x.state, x.is_verdict AS verdict,
       CASE WHEN x.state = s.verdict THEN s.early_at END AS early_at,
       CASE WHEN x.state = s.verdict THEN s.likely_at END AS likely_at,
       CASE WHEN x.state = s.verdict THEN s.late_at END AS late_at,
       CASE WHEN x.state = s.verdict THEN s.lasts_bp END AS lasts_bp
FROM (SELECT t.*, a.stale_s, n.kind <> 'credits' OR a.credits_reason IS NULL AS answered,
             CASE WHEN t.missing = 0 AND t.unreadable IS NULL THEN max(t.seen_at, coalesce(a.last_ok_at, t.seen_at))
                  ELSE coalesce(a.last_ok_at, t.seen_at) END AS judged_at
      FROM token_now t JOIN token n ON n.id = t.token JOIN account a ON a.id = n.account) s
     LEFT JOIN state_when x
               ON x.verdict = s.verdict AND x.missing = (s.missing > 0) AND x.unreadable = (s.unreadable IS NOT NULL)
                  AND x.expired = coalesce(s.expires_at <= unixepoch(), 0)
                  AND x.fresh = (s.answered AND unixepoch() - s.judged_at <= coalesce(s.stale_s, 0));
