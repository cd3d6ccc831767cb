DELETE FROM doubt WHERE token = :token;
