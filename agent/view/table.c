/* JSON and CSV rows leave as they come. Rows of text and Markdown are kept as shown, until all are
 * known.
 *
 * A column's width is counted in terminal columns: names may hold emoji, ideographs and combining
 * marks. */
#include "view/table.h"

#include <assert.h>
#include <stdlib.h>

#include "base/markup.h"
#include "base/xmalloc.h"
#include "view/cell.h"
#include "view/layout.h"

/* A cell as people see it: a piece of `shown`. */
struct field {
    size_t at, len, columns;
};

struct table {
    struct writer *w;             /* borrowed */
    const struct column *columns; /* borrowed */
    size_t count;
    size_t rows;
    struct text line;     /* text: the line being written */
    struct text shown;    /* text: all fields, the titles first */
    struct field *fields; /* owned; `count` for each row */
    size_t field_count, field_room;
};

enum { JSON_ROW_INDENT = 2 };

static struct field *add_field(struct table *t)
{
    t->fields = xgrown(t->fields, t->field_count, &t->field_room, sizeof *t->fields);
    return &t->fields[t->field_count++];
}

static void keep_cell(struct table *t, enum column_kind kind, const struct cell *cell)
{
    struct field *f = add_field(t);
    f->at = t->shown.len;
    f->columns = cell_show(kind, cell, &t->w->screen, &t->shown);
    f->len = t->shown.len - f->at;
}

static void keep_titles(struct table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        struct cell title = cell_text(t->columns[i].title ? t->columns[i].title : "");
        keep_cell(t, COLUMN_TEXT, &title);
    }
}

static void keep_row(struct table *t, const struct cell *cells)
{
    for (size_t i = 0; i < t->count; i++)
        keep_cell(t, t->columns[i].kind, &cells[i]);
}

static void write_csv_heading(struct table *t)
{
    const char *comma = "";
    for (size_t i = 0; i < t->count; i++) {
        if (!t->columns[i].name)
            continue;
        writer_addf(t->w, "%s%s", comma, t->columns[i].name);
        comma = ",";
    }
    writer_add(t->w, "\n");
    writer_pass(t->w);
}

static void write_csv_row(struct table *t, const struct cell *cells)
{
    const char *comma = "";
    for (size_t i = 0; i < t->count; i++) {
        if (!t->columns[i].name)
            continue;
        writer_add(t->w, comma);
        cell_add_csv(t->columns[i].kind, &cells[i], &t->w->text);
        comma = ",";
    }
    writer_add(t->w, "\n");
    writer_pass(t->w);
}

static void write_json_row(struct table *t, const struct cell *cells)
{
    struct json_out *j = &t->w->json;
    json_line(j, JSON_ROW_INDENT);
    json_open_object(j, NULL);
    for (size_t i = 0; i < t->count; i++)
        if (t->columns[i].name)
            cell_add_json(t->columns[i].kind, &cells[i], json_begin(j, t->columns[i].name));
    json_close(j);
    writer_pass(t->w);
}

static void end_json(struct table *t)
{
    if (t->rows)
        json_line(&t->w->json, 0);
    json_close(&t->w->json);
    writer_add(t->w, "\n");
}

struct table *table_begin(struct writer *w, const struct column *columns, size_t count)
{
    assert(count <= COLUMNS_MAX);
    struct table *t = xcalloc(1, sizeof *t);
    *t = (struct table){ .w = w, .columns = columns, .count = count };
    switch (w->format) {
    case FORMAT_TEXT:
    case FORMAT_MARKDOWN:
        keep_titles(t);
        break;
    case FORMAT_JSON:
        json_open_array(&w->json, NULL);
        break;
    case FORMAT_CSV:
        write_csv_heading(t);
        break;
    }
    return t;
}

void table_row(struct table *t, const struct cell *cells)
{
    switch (t->w->format) {
    case FORMAT_TEXT:
    case FORMAT_MARKDOWN:
        keep_row(t, cells);
        break;
    case FORMAT_JSON:
        write_json_row(t, cells);
        break;
    case FORMAT_CSV:
        write_csv_row(t, cells);
        break;
    }
    t->rows++;
}

/* ---- text: from fields to lines ---- */

static struct span field_text(const struct table *t, const struct field *f)
{
    return (struct span){ text_z(&t->shown) + f->at, f->len };
}

/* Empty fields, as in a line of totals, do not count. */
static bool says_the_same(const struct table *t, size_t column)
{
    const struct field *first = NULL;
    for (size_t i = t->count + column; i < t->field_count; i += t->count) {
        const struct field *f = &t->fields[i];
        if (f->len == 0)
            continue;
        if (first
            && (first->len != f->len
                || memcmp(field_text(t, first).at, field_text(t, f).at, f->len) != 0))
            return false;
        first = f;
    }
    return true;
}

static size_t widest(const struct table *t, size_t column)
{
    size_t width = 1;
    for (size_t i = column; i < t->field_count; i += t->count)
        if (t->fields[i].columns > width)
            width = t->fields[i].columns;
    return width;
}

static struct layout lay_out(const struct table *t)
{
    size_t widths[COLUMNS_MAX] = { 0 }, room = t->w->screen.columns;
    for (size_t i = 0; i < t->count; i++) {
        const struct column *c = &t->columns[i];
        if (c->title && !((c->fit & COLUMN_QUIET) && says_the_same(t, i)))
            widths[i] = widest(t, i);
    }
    return layout_make(t->columns, widths, t->count, room ? room : SIZE_MAX);
}

static void add_blanks(struct text *line, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add(line, span_of(" "));
}

static const char *tone_of(const struct table *t, size_t column, size_t row, struct span text)
{
    if (!t->w->screen.colour || row == 0)
        return NULL;
    if (t->columns[column].kind == COLUMN_BAR)
        return TONE_BAR;
    return t->columns[column].kind == COLUMN_LEVEL ? screen_tone(text) : NULL;
}

static void add_piece(struct table *t, const char *tone, struct span piece)
{
    if (tone)
        text_add(&t->line, span_of(tone));
    text_add(&t->line, piece);
    if (tone)
        text_add(&t->line, span_of(TONE_PLAIN));
}

/* The next piece of each field of a line of a row; false when there is none. Blanks are owed until
 * something follows them, so no line ends in blanks. */
static bool print_pieces(struct table *t, const struct layout *l, size_t row, size_t line,
                         struct span *left)
{
    size_t owed = line ? LAYOUT_INDENT : 0;
    bool any = false;
    for (size_t i = 0; i < t->count; i++) {
        size_t width = l->at[i].width, used = 0;
        if (!width || l->at[i].line != line)
            continue;
        const char *tone = tone_of(t, i, row, field_text(t, &t->fields[row * t->count + i]));
        struct span piece = layout_take(&left[i], width, &used);
        size_t lead = cell_is_right_aligned(t->columns[i].kind) && used < width ? width - used : 0;
        if (piece.len) {
            add_blanks(&t->line, owed + lead);
            add_piece(t, tone, piece);
            owed = used + lead < width ? width - lead - used : 0;
            any = true;
        } else {
            owed += width;
        }
        owed += LAYOUT_GAP;
    }
    text_add(&t->line, span_of("\n"));
    if (any)
        writer_add(t->w, text_z(&t->line));
    text_clear(&t->line);
    return any;
}

static void print_row(struct table *t, const struct layout *l, size_t row)
{
    struct span left[COLUMNS_MAX];
    for (size_t i = 0; i < t->count; i++)
        left[i] = field_text(t, &t->fields[row * t->count + i]);
    for (size_t line = 0; line < l->lines; line++)
        while (print_pieces(t, l, row, line, left))
            continue;
    writer_pass(t->w);
}

static void print_text(struct table *t)
{
    struct layout l = lay_out(t);
    for (size_t row = 0; t->rows && row <= t->rows; row++)
        print_row(t, &l, row);
}

/* ---- Markdown: nothing gives way, but what says nothing is left off ---- */

static bool is_in_markdown(const struct table *t, size_t column)
{
    const struct column *c = &t->columns[column];
    return c->title && c->kind != COLUMN_BAR
        && !((c->fit & COLUMN_QUIET) && says_the_same(t, column));
}

static void add_rule(struct table *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (is_in_markdown(t, i))
            writer_add(t->w, cell_is_right_aligned(t->columns[i].kind) ? "|--:" : "|:--");
    writer_add(t->w, "|\n");
}

static void print_markdown(struct table *t)
{
    for (size_t row = 0; row <= t->rows; row++) {
        for (size_t i = 0; i < t->count; i++)
            if (is_in_markdown(t, i)) {
                writer_add(t->w, "| ");
                markup_add_markdown(&t->w->text, field_text(t, &t->fields[row * t->count + i]));
                writer_add(t->w, " ");
            }
        writer_add(t->w, "|\n");
        if (row == 0)
            add_rule(t);
        writer_pass(t->w);
    }
}

void table_drop(struct table *t)
{
    if (!t)
        return;
    text_done(&t->line);
    text_done(&t->shown);
    free(t->fields);
    free(t);
}

void table_end(struct table *t)
{
    switch (t->w->format) {
    case FORMAT_TEXT:
        print_text(t);
        break;
    case FORMAT_MARKDOWN:
        print_markdown(t);
        break;
    case FORMAT_JSON:
        end_json(t);
        break;
    case FORMAT_CSV:
        break;
    }
    writer_pass(t->w);
    table_drop(t);
}
