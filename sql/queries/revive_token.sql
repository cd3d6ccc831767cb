-- A token that was deleted and is in the list again is the same one, with its history: by its key, or, of one that had
-- no id, by its name, unless that is borne by a living one.
UPDATE token SET deleted_at = NULL, revoked_at = NULL,
    slug = CASE WHEN EXISTS (SELECT 1 FROM token WHERE account = :account AND slug = :slug AND deleted_at IS NULL)
                THEN substr(:slug, 1, 59) || '-' || id ELSE :slug END
WHERE id = (
    SELECT t.id FROM token t
    WHERE t.account = :account AND t.key IN (:key, :vendor_name) AND t.kind = :kind AND t.deleted_at IS NOT NULL
          AND (t.key = :key OR t.identity IS NULL)
          AND EXISTS (SELECT 1 FROM token_state WHERE token = t.id)
          AND NOT EXISTS (SELECT 1 FROM token l
                          WHERE l.account = :account AND l.kind = :kind AND l.key = t.key AND l.deleted_at IS NULL)
    ORDER BY t.key = :key DESC, t.generation DESC, t.id DESC LIMIT 1)
RETURNING id, slug;
