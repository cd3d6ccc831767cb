-- A name that consumption told before any list did, and that spent until the day before it is seen: the same token.
UPDATE token SET deleted_at = NULL,
    slug = CASE WHEN EXISTS (SELECT 1 FROM token WHERE account = :account AND slug = :slug AND deleted_at IS NULL)
                THEN substr(:slug, 1, 59) || '-' || id ELSE :slug END
WHERE id = (
    SELECT t.id FROM token t
    WHERE t.account = :account AND t.key = :vendor_name AND t.identity IS NULL AND t.kind = 'token'
          AND t.deleted_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM token_state WHERE token = t.id)
          AND NOT EXISTS (SELECT 1 FROM token l
                          WHERE l.account = :account AND l.kind = 'token' AND l.key = t.key AND l.deleted_at IS NULL)
          AND EXISTS (SELECT 1 FROM usage WHERE token = t.id AND day >= :at - :at % 86400 - 86400)
    ORDER BY t.generation DESC LIMIT 1)
RETURNING id, slug;
