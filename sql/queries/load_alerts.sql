-- An alert of before 0006 has no kind; what its last event counted in tells enough to end it by.
SELECT l.token, l.rule, l.level, l.pending, l.pending_since, l.since, l.episode, l.step,
       l.contact, l.kind,
       CASE WHEN l.kind IS NULL AND l.level <> 'none'
            THEN (SELECT unit FROM event e WHERE e.token = l.token AND e.rule = l.rule ORDER BY seq DESC LIMIT 1) END
FROM token t JOIN alert l ON l.token = t.id
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind AND (:only IS NULL OR t.id = :only)
ORDER BY l.token;
