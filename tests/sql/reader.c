/* For the test of cmake/sql-compile.c: a reader of a column that its query does not have. */
#include "sql_columns.h"

int column = QUERY_SIZE_BALLAST;
