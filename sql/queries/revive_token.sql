-- A name that was deleted and is in the list again is the same token, with its history.
UPDATE token SET deleted_at = NULL,
    slug = CASE WHEN EXISTS (SELECT 1 FROM token WHERE account = :account AND slug = :slug AND deleted_at IS NULL)
                THEN substr(:slug, 1, 59) || '-' || id ELSE :slug END
WHERE id = (
    SELECT t.id FROM token t
    WHERE t.account = :account AND t.name = :name AND t.kind = :kind AND t.deleted_at IS NOT NULL
          AND EXISTS (SELECT 1 FROM token_state WHERE token = t.id)
    ORDER BY t.generation DESC LIMIT 1)
RETURNING id, slug;
