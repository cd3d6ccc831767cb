UPDATE token SET deleted_at = :at WHERE id = :token;
