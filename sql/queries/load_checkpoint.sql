SELECT hour, upto > poll AS is_moving, (SELECT count(*) FROM token) AS tokens FROM checkpoint;
