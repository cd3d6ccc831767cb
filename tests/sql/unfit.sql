-- For the test of cmake/sql-compile.c: no table has such a column.
SELECT balance_eur FROM token_state;
