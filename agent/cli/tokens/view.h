/* How a token is printed: the same columns for a list, one token and the outcome of a change. */
#pragma once

#include "core/token_spec.h"
#include "view/table.h"

enum { VIEW_COLUMNS = 9 };

extern const struct column view_columns[VIEW_COLUMNS];

/* The cells of a token; the texts are borrowed from both. */
void view_cells(const char *account, const struct reading *r, struct cell ret[VIEW_COLUMNS]);

/* Of a token whose element cannot be read there is only the name. */
void view_hide_unread(struct cell cells[VIEW_COLUMNS]);

/* One token as a JSON object or as lines for people, to stdout. */
void view_print(const char *account, const struct reading *r, bool json);

/* One line for each given field, "  balance: 50.00 -> 20.00", to stdout; `is` NULL: there is no
 * before. */
void view_print_change(const struct token_spec *w, const struct reading *is);

/* A name, made safe for a terminal, to stdout. */
void view_print_name(const char *name);
