/* The texts of a row are one piece of memory. */
#include "view/standing_rows.h"

#include <stdlib.h>

#include "base/xmalloc.h"

void standing_rows_clear(struct standing_rows *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->at[i].texts);
    r->count = 0;
}

void standing_rows_done(struct standing_rows *r)
{
    standing_rows_clear(r);
    free(r->at);
}

struct standing_row *standing_row_add(struct standing_rows *r)
{
    r->at = xgrown(r->at, r->count, &r->room, sizeof *r->at);
    struct standing_row *row = &r->at[r->count++];
    *row = (struct standing_row){ 0 };
    return row;
}

static size_t bytes_of(const struct cell *cells, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += cells[i].kind == CELL_TEXT ? cells[i].text.len : 0;
    return bytes;
}

char *cells_own(struct cell *cells, size_t count)
{
    char *texts = xmalloc(bytes_of(cells, count) + 1), *end = texts;
    for (size_t i = 0; i < count; i++) {
        if (cells[i].kind != CELL_TEXT)
            continue;
        memcpy(end, cells[i].text.at, cells[i].text.len);
        cells[i].text.at = end;
        end += cells[i].text.len;
    }
    return texts;
}

void standing_row_own(struct standing_row *row, size_t count)
{
    row->texts = cells_own(row->cells, count);
}

void standing_row_copy(struct standing_row *row, const struct cell *asked,
                       const unsigned char pairs[][2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        row->cells[pairs[i][0]] = asked[pairs[i][1]];
}

struct cell standing_stamp(unix_s at)
{
    return at == TIME_NONE || at >= TIME_FAR ? (struct cell){ .kind = CELL_NONE }
                                             : cell_integer(at);
}
