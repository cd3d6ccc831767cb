-- For the test of cmake/sql-compile.c: two columns have one name.
SELECT t.name, a.name FROM token t JOIN account a ON a.id = t.account;
