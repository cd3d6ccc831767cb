-- Which reading is the token's newest, checkpoint_state.sql says.
INSERT OR REPLACE INTO token_state
    (token, seen_at, missing, type, balance_nano, budgeted, expires_at, reset_period, reset_amount_nano, last_reset,
     risen_to_nano, burn_1h_nano, burn_6h_nano, burn_24h_nano, burn_7d_nano, verdict, early_at, likely_at, late_at,
     horizon_at, forecast_at, burn_source, alarm_at, relief_at, lasts_bp, history,
     spent_nano, spent_most_nano, unreadable, limited_by, missing_since, lost_in_mass, snapshot_poll,
     known_poll)
VALUES
    (:token, :seen_at, :missing, :type, :balance_nano, :budgeted, :expires_at, :reset_period, :reset_amount_nano,
     :last_reset, :risen_to_nano, :burn_1h_nano, :burn_6h_nano, :burn_24h_nano, :burn_7d_nano, :verdict, :early_at,
     :likely_at, :late_at, :horizon_at, :forecast_at, :burn_source, :alarm_at, :relief_at, :lasts_bp, :history,
     :spent_nano, :spent_most_nano, :unreadable, :limited_by, :missing_since, :lost_in_mass,
     (SELECT snapshot_poll FROM token_state WHERE token = :token), :known_poll);
