-- For the test of cmake/sql-compile.c: the second column has no name.
SELECT id, count(*) FROM account;
