/* A row is one line if that can be; else its key columns are the first line and the rest follows,
 * line by line. */
#include "view/layout.h"

#include "base/columns.h"

struct layout_plan {
    const struct column *columns;
    const size_t *widths; /* of the widest cells */
    size_t count, room;
    bool spared[COLUMNS_MAX]; /* left off */
};

static bool is_shown(const struct layout_plan *p, size_t i)
{
    return p->widths[i] && !p->spared[i];
}

/* What a column needs: prose may go on below itself, and nothing needs more than a whole line. */
static size_t least(const struct layout_plan *p, size_t i, size_t indent)
{
    size_t width = p->widths[i], line = p->room > indent ? p->room - indent : 1;
    if ((p->columns[i].fit & COLUMN_PROSE) && width > LAYOUT_PROSE_LEAST)
        width = LAYOUT_PROSE_LEAST;
    return width < line ? width : line;
}

static bool drop_spare(struct layout_plan *p)
{
    for (size_t i = p->count; i-- > 0;)
        if (is_shown(p, i) && (p->columns[i].fit & COLUMN_SPARE)) {
            p->spared[i] = true;
            return true;
        }
    return false;
}

static size_t line_width(const struct layout_plan *p, const struct layout *l, size_t line)
{
    size_t total = line ? LAYOUT_INDENT : 0;
    bool first = true;
    for (size_t i = 0; i < p->count; i++)
        if (l->at[i].width && l->at[i].line == line) {
            total += l->at[i].width + (first ? 0 : LAYOUT_GAP);
            first = false;
        }
    return total;
}

/* Takes from the widest column of prose, so that short ones stay on one line. */
static bool narrow_prose(const struct layout_plan *p, struct layout *l, size_t line)
{
    size_t *widest = NULL;
    for (size_t i = 0; i < p->count; i++) {
        struct layout_slot *s = &l->at[i];
        if (s->width && s->line == line && (p->columns[i].fit & COLUMN_PROSE) && s->width > 1
            && (!widest || s->width > *widest))
            widest = &s->width;
    }
    if (widest)
        --*widest;
    return widest;
}

/* Prose gets what the others leave. */
static void share_lines(const struct layout_plan *p, struct layout *l)
{
    for (size_t i = 0; i < p->count; i++)
        if (l->at[i].width && (p->columns[i].fit & COLUMN_PROSE))
            l->at[i].width = p->widths[i];
    for (size_t line = 0; line < l->lines; line++)
        while (line_width(p, l, line) > p->room && narrow_prose(p, l, line))
            continue;
}

static struct layout in_one_line(const struct layout_plan *p)
{
    struct layout l = { .lines = 1 };
    for (size_t i = 0; i < p->count; i++)
        l.at[i].width = is_shown(p, i) ? least(p, i, 0) : 0;
    return l;
}

/* Puts the columns of one sort, keys or others, on lines from `line` on. */
static size_t fold_some(const struct layout_plan *p, struct layout *l, bool keys, size_t line)
{
    bool begun = false;
    for (size_t i = 0; i < p->count; i++) {
        bool is_key = p->columns[i].fit & COLUMN_KEY;
        if (!is_shown(p, i) || is_key != keys)
            continue;
        l->at[i] = (struct layout_slot){ least(p, i, line ? LAYOUT_INDENT : 0), line };
        if (begun && line_width(p, l, line) > p->room) {
            line++;
            l->at[i] = (struct layout_slot){ least(p, i, LAYOUT_INDENT), line };
        }
        begun = true;
    }
    return begun ? line + 1 : line;
}

static struct layout folded(const struct layout_plan *p)
{
    struct layout l = { .lines = 0 };
    l.lines = fold_some(p, &l, true, 0);
    l.lines = fold_some(p, &l, false, l.lines);
    return l;
}

struct layout layout_make(const struct column *columns, const size_t *widths, size_t count,
                          size_t room)
{
    enum { LINES_WANTED = 2 };
    struct layout_plan p = { .columns = columns, .widths = widths, .count = count, .room = room };
    struct layout l = in_one_line(&p);
    while (line_width(&p, &l, 0) > room && drop_spare(&p))
        l = in_one_line(&p);
    if (line_width(&p, &l, 0) > room) {
        p = (struct layout_plan){
            .columns = columns, .widths = widths, .count = count, .room = room
        };
        l = folded(&p);
        while (l.lines > LINES_WANTED && drop_spare(&p))
            l = folded(&p);
    }
    share_lines(&p, &l);
    return l;
}

struct span layout_take(struct span *text, size_t width, size_t *ret_columns)
{
    size_t len = 0, used = 0, blank_len = 0, blank_used = 0;
    while (len < text->len) {
        unsigned code_point = 0;
        size_t step = utf8_step((struct span){ text->at + len, text->len - len }, &code_point);
        size_t columns = step ? columns_of(code_point) : 1;
        if (len && used + columns > width)
            break;
        if (code_point == ' ' && len) {
            blank_len = len;
            blank_used = used;
        }
        len += step ? step : 1;
        used += columns;
    }
    bool at_blank = len < text->len && text->at[len] == ' ';
    if (len < text->len && !at_blank && blank_len) {
        len = blank_len;
        used = blank_used;
    }
    struct span piece = { text->at, len };
    *text = (struct span){ text->at + len, text->len - len };
    while (text->len && text->at[0] == ' ')
        *text = (struct span){ text->at + 1, text->len - 1 };
    *ret_columns = used;
    return piece;
}
