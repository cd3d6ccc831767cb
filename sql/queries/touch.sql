-- A write for its own sake: it shows whether the disk takes one.
UPDATE store SET touched = touched + 1;
