INSERT INTO poll (account, at, result, http_status, reason, tokens, changed, missing, bytes, took_ms, calls)
VALUES (:account, :at, :result, :http_status, :reason, :tokens, :changed, :missing, :bytes, :took_ms, :calls)
RETURNING id;
