SELECT hour, poll, upto, token FROM checkpoint;
