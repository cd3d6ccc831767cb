/* How a token is shown: the same columns for a list, one token and the outcome of a change. */
#pragma once

#include "core/token_spec.h"
#include "view/table.h"

enum { TOKEN_ROW_COLUMNS = 12 };

extern const struct column token_row_columns[TOKEN_ROW_COLUMNS];

/* A token to be shown. All borrowed. */
struct token_row {
    const char *account, *name;
    const char *id, *member, *masked; /* "" where nothing is told */
    const struct reading *is;
};

/* Its cells; the texts are borrowed from it. */
void token_row_cells(const struct token_row *t, struct cell ret[TOKEN_ROW_COLUMNS]);

/* Of a token whose element cannot be read there is only the name. */
void token_row_hide_unread(struct cell cells[TOKEN_ROW_COLUMNS]);

/* One token as a JSON object or as lines for people. */
void token_row_show(const struct token_row *t, struct writer *w);

/* For people: one line for each given field, "  balance: 50.00 -> 20.00"; `is` NULL: there is no
 * before. */
void token_row_show_change(const struct token_spec *spec, const struct reading *is,
                           struct writer *w);
