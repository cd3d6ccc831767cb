-- An answer tells more, or repeats what was told. What reaches beyond :asked_at was stamped by a clock that was
-- ahead; an answer that leaves days out after those that were told forgets the older ones.
UPDATE account SET
    usage_from = CASE WHEN usage_at < :usage_from THEN :usage_from
                      ELSE min(coalesce(usage_from, :usage_from), :usage_from) END,
    usage_at = CASE WHEN usage_at > :asked_at THEN :usage_at ELSE max(coalesce(usage_at, :usage_at), :usage_at) END,
    usage_reason = :reason
WHERE id = :account;
