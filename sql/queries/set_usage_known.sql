UPDATE account SET usage_from = min(coalesce(usage_from, :usage_from), :usage_from),
                   usage_at = max(coalesce(usage_at, :usage_at), :usage_at), usage_reason = NULL
WHERE id = :account;
