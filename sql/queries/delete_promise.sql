DELETE FROM promise WHERE token = :token AND place = :place;
