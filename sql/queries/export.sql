-- The target is an empty file, or none.
VACUUM main INTO :file;
