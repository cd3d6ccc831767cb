-- For the test of cmake/sql-columns.c: the second column has no name.
SELECT id, count(*) FROM account;
