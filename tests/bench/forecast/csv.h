/* The tables of a forecasting data set: rows of a file by column name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv {
    char *text;           /* owned; cut into terminated fields */
    const char **fields;  /* owned; columns of row 0 (the names) first */
    size_t columns, rows; /* rows without the names */
};

/* Reads FOLDER/NAME, or NAME when the folder is NULL. Ends the program with a message when the file
 * cannot be read or a row has another number of fields than the first. */
struct csv csv_read(const char *folder, const char *name);
void csv_done(struct csv *c);

bool csv_has(const struct csv *c, const char *name);
size_t csv_column(const struct csv *c, const char *name); /* ends the program when there is none */
const char *csv_field(const struct csv *c, size_t row, size_t column);
int64_t csv_integer(const struct csv *c, size_t row, size_t column);
