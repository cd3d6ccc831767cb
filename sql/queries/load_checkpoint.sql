SELECT hour, upto > poll AS is_moving, (SELECT coalesce(max(id), 0) FROM token) AS tokens FROM checkpoint;
