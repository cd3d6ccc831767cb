-- Where a new token goes. A name that comes back is the next generation. A slug that a living token has already gets
-- the row id behind it, and room for it.
SELECT 1 + coalesce((SELECT max(generation) FROM token WHERE account = :account AND name = :name), 0) AS generation,
       CASE WHEN EXISTS (SELECT 1 FROM token WHERE account = :account AND slug = :slug AND deleted_at IS NULL)
            THEN substr(:slug, 1, 59) || '-' || (SELECT coalesce(max(id), 0) + 1 FROM token) ELSE :slug END AS slug;
