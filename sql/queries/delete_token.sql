UPDATE token SET deleted_at = :at, revoked_at = :revoked_at WHERE id = :token;
