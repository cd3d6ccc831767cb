DELETE FROM gap WHERE token = :token AND since = :since;
