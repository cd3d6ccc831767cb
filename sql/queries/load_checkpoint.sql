SELECT hour, upto > poll, (SELECT count(*) FROM token) FROM checkpoint;
