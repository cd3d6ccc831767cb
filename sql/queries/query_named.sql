-- The name that a token is shown by, of which people may know another: what it alone is called, its id, or what it was
-- called before it was renamed. None: there is no such token, or several fit as well.
WITH found AS (
    SELECT t.name, 0 AS rank FROM token t JOIN account a ON a.id = t.account
    WHERE t.name = :token AND t.kind = 'token' AND (:account IS NULL OR a.name = :account)
    UNION ALL
    SELECT t.name, 1 FROM token t JOIN account a ON a.id = t.account
    WHERE t.called = :token AND t.deleted_at IS NULL AND (:account IS NULL OR a.name = :account)
    UNION ALL
    SELECT t.name, 2 FROM token t JOIN account a ON a.id = t.account
    WHERE t.identity = :token AND (:account IS NULL OR a.name = :account)
    UNION ALL
    SELECT t.name, 3 FROM former_name f JOIN token t ON t.id = f.token JOIN account a ON a.id = t.account
    WHERE f.name = :token AND (:account IS NULL OR a.name = :account)
)
SELECT name AS token FROM found WHERE rank = (SELECT min(rank) FROM found)
GROUP BY rank HAVING count(DISTINCT name) = 1;
