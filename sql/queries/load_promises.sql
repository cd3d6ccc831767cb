-- Promises that stand, in the order of tokens.
SELECT p.token, p.place, p.made_at, p.amount_nano, p.target_nano, p.early_at, p.likely_at, p.late_at
FROM token t JOIN promise p ON p.token = t.id
WHERE t.account = :account AND t.deleted_at IS NULL AND t.kind = :kind AND (:only IS NULL OR t.id = :only)
ORDER BY p.token, p.place;
