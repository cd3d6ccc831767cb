/* One cell as text, by the kind of its column: for people, for JSON, for CSV. */
#pragma once

#include "view/table.h"

/* Returns the columns used on the screen. What is not known is "-". */
size_t cell_show(enum column_kind kind, const struct cell *cell, const struct screen *screen,
                 struct text *out);

/* What is not known is null. */
void cell_add_json(enum column_kind kind, const struct cell *cell, struct text *out);

/* What is not known is an empty field. Only text is guarded against spreadsheets: numbers stay
 * numbers. */
void cell_add_csv(enum column_kind kind, const struct cell *cell, struct text *out);

/* Whether people read this kind from its right end. */
bool cell_is_right_aligned(enum column_kind kind);
