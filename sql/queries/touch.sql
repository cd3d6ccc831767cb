-- Changes nothing, and has to be written all the same: so a disk shows whether it takes writes.
UPDATE store SET id = id;
