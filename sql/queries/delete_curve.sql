DELETE FROM curve WHERE token = :token;
