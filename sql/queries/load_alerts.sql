-- An alert of before 0006 has no kind.
SELECT l.token, l.rule, l.level, l.pending, l.pending_since, l.since, l.episode, l.step,
       l.contact, l.kind
FROM token t JOIN alert l ON l.token = t.id
WHERE +t.account = :account AND t.deleted_at IS NULL AND +t.kind = :kind
      AND t.id BETWEEN coalesce(:only, 0) AND coalesce(:only, 9223372036854775807)
ORDER BY l.token;
