-- Writes only what is new: a start must not fail on a full disk.
-- An API that offers credits ends what was given by hand.
UPDATE account SET credits_source = :source,
    credits_set_at = CASE WHEN :source <> 'api' THEN credits_set_at END
WHERE id = :account AND credits_source <> :source;
