-- Settings of the writing connection. FULL: what was reported as stored survives a power cut. References are for
-- whoever reads the schema, and tests check them (foreign_key_check); with every row they would cost a third.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = OFF;
PRAGMA trusted_schema = OFF;
PRAGMA journal_size_limit = 67108864;
