INSERT INTO poll (account, at, result, http_status, reason, tokens, changed, missing, bytes, took_ms, calls, prior_at)
VALUES (:account, :at, :result, :http_status, :reason, :tokens, :changed, :missing, :bytes, :took_ms, :calls,
        (SELECT last_ok_at FROM account WHERE id = :account))
RETURNING id, prior_at;
