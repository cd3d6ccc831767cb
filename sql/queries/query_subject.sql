-- The living token of one name, or (the empty name) the credits, in each account that has it: whose it is, and the
-- burns that are shown everywhere. is_removed: the account is no longer configured; these come last.
SELECT a.name AS account, t.kind, a.id AS account_id, t.id AS token_id, a.interval_s, a.stale_s,
       s.burn_1h_nano, s.burn_6h_nano, s.burn_24h_nano, s.burn_7d_nano,
       (SELECT c.id FROM token c WHERE c.account = a.id AND c.kind = 'credits' AND c.deleted_at IS NULL) AS credits_id,
       a.last_ok_at, t.kind <> 'credits' OR a.credits_reason IS NULL AS answered, a.credits_source,
       a.removed_at IS NOT NULL AS is_removed
FROM token t JOIN account a ON a.id = t.account JOIN token_state s ON s.token = t.id
WHERE t.name = :token AND t.deleted_at IS NULL AND t.kind IN ('token', 'credits')
      AND (:account IS NULL OR a.name = :account)
ORDER BY a.removed_at IS NOT NULL, a.name;
