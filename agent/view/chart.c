/* A grid of cells, each with its dots (two by four in braille, one in ASCII) and what shows where
 * there are none. */
#include "view/chart.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/xmalloc.h"
#include "view/screen.h"

struct grid {
    size_t columns, rows, across, down; /* dots in a cell */
    unsigned char *dots;                /* braille bits, or a letter */
    const char **ground;                /* where there are no dots; NULL: a blank */
    const char **tones;                 /* of the dots; NULL: none */
};

/* The bits of a braille cell, by row and column of its dots. */
static const unsigned char braille[4][2] = {
    { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
};

static void put_dot(struct grid *g, size_t x, size_t y, const struct chart_line *l)
{
    size_t cell = y / g->down * g->columns + x / g->across;
    g->tones[cell] = l->tone;
    if (g->across == 1)
        g->dots[cell] = (unsigned char)l->letter;
    else
        g->dots[cell] |= braille[y % g->down][x % g->across];
}

/* From the top; false when it is above it. */
static bool place_of(const struct chart *c, const struct grid *g, double nano, size_t *ret)
{
    size_t most = g->rows * g->down - 1;
    if (nano > (double)c->top_nano || nano < 0)
        return false;
    *ret = most - (size_t)(nano / (double)c->top_nano * (double)most + 0.5);
    return true;
}

static double value_at(const struct chart_line *l, size_t after, double at)
{
    const struct chart_point *a = &l->at[after], *b = after + 1 < l->count ? a + 1 : a;
    if (l->steps || b->at <= a->at)
        return (double)a->nano;
    double within = (at - (double)a->at) / (double)(b->at - a->at);
    return (double)a->nano + (within < 1 ? within : 1) * (double)(b->nano - a->nano);
}

/* Column by column of dots; a jump between two is filled. */
static void draw_line(const struct chart *c, struct grid *g, const struct chart_line *l)
{
    size_t width = g->columns * g->across, after = 0, before = SIZE_MAX;
    double step = (double)(c->until - c->from) / (double)width;
    for (size_t x = 0; x < width; x++) {
        double at = (double)c->from + ((double)x + 0.5) * step;
        size_t y;
        while (after + 1 < l->count && (double)l->at[after + 1].at <= at)
            after++;
        if (!l->count || at < (double)l->at[0].at || at > (double)l->at[l->count - 1].at + step
            || !place_of(c, g, value_at(l, after, at), &y)) {
            before = SIZE_MAX;
            continue;
        }
        put_dot(g, x, y, l);
        for (size_t fill = before; before != SIZE_MAX && fill != y;
             fill = fill < y ? fill + 1 : fill - 1)
            put_dot(g, x, fill, l);
        before = y;
    }
}

static void draw_ground(const struct chart *c, struct grid *g)
{
    for (size_t i = 0; i < c->mark_count; i++) {
        if (c->marks[i] < c->from || c->marks[i] >= c->until)
            continue;
        size_t x = (size_t)((double)(c->marks[i] - c->from) / (double)(c->until - c->from)
                            * (double)g->columns);
        for (size_t row = 0; row < g->rows; row++)
            g->ground[row * g->columns + x] = c->ascii ? ":" : "┊";
    }
    for (size_t i = 0; i < c->level_count; i++) {
        size_t y;
        if (!place_of(c, g, (double)c->levels[i], &y))
            continue;
        for (size_t x = 0; x < g->columns; x++)
            g->ground[y / g->down * g->columns + x] = c->ascii ? "-" : "╌";
    }
}

static void add_braille(unsigned char bits, struct text *out)
{
    const char cell[] = { (char)0xe2, (char)(0xa0 + (bits >> 6)), (char)(0x80 + (bits & 0x3f)) };
    text_add(out, (struct span){ cell, sizeof cell });
}

static void add_glyph(const struct grid *g, size_t cell, struct text *out)
{
    char letter = (char)g->dots[cell];
    if (!g->dots[cell])
        text_add(out, span_of(g->ground[cell] ? g->ground[cell] : " "));
    else if (g->across == 1)
        text_add(out, (struct span){ &letter, 1 });
    else
        add_braille(g->dots[cell], out);
}

static const char *tone_of(const struct chart *c, const struct grid *g, size_t cell)
{
    return g->dots[cell] ? g->tones[cell] : g->ground[cell] ? c->ground_tone : NULL;
}

/* Colour changes where it must, so that a line is as short as can be. */
static void add_cells(const struct chart *c, const struct grid *g, size_t row, struct text *out)
{
    const char *tone = NULL;
    for (size_t x = 0; x < g->columns; x++) {
        size_t cell = row * g->columns + x;
        const char *wanted = tone_of(c, g, cell);
        if (wanted != tone)
            text_addf(out, "%s%s", tone ? TONE_PLAIN : "", wanted ? wanted : "");
        tone = wanted;
        add_glyph(g, cell, out);
    }
    if (tone)
        text_add(out, span_of(TONE_PLAIN));
}

static void add_label(const struct chart *c, size_t row, struct text *out)
{
    char amount[MONEY_TEXT_BYTES] = "";
    bool told = row == 0 || row == c->rows - 1 || row == c->rows / 2;
    int64_t nano =
        (int64_t)((double)c->top_nano * (double)(c->rows - 1 - row) / (double)(c->rows - 1));
    if (told)
        money_format_cents((struct money){ nano }, amount);
    text_addf(out, "%*s %s", CHART_LABEL_COLUMNS - 2, amount, c->ascii ? "|" : told ? "┤" : "│");
}

/* Blanks at the end of a line are nobody's. */
static void trim(struct text *out)
{
    while (out->len && out->at[out->len - 1] == ' ')
        out->at[--out->len] = '\0';
}

void chart_draw(const struct chart *c, struct text *out)
{
    struct grid g = {
        .columns = c->columns, .rows = c->rows, .across = c->ascii ? 1 : 2, .down = c->ascii ? 1 : 4
    };
    g.dots = xcalloc(g.columns * g.rows, sizeof *g.dots);
    g.ground = xcalloc(g.columns * g.rows, sizeof *g.ground);
    g.tones = xcalloc(g.columns * g.rows, sizeof *g.tones);
    draw_ground(c, &g);
    for (size_t i = 0; i < c->line_count; i++)
        draw_line(c, &g, &c->lines[i]);
    for (size_t row = 0; row < g.rows; row++) {
        add_label(c, row, out);
        add_cells(c, &g, row, out);
        trim(out);
        text_add(out, span_of("\n"));
    }
    text_addf(out, "%*s %s", CHART_LABEL_COLUMNS - 2, "", c->ascii ? "+" : "└");
    for (size_t x = 0; x < g.columns; x++)
        text_add(out, span_of(c->ascii ? "-" : "─"));
    text_add(out, span_of("\n"));
    free(g.dots);
    free(g.ground);
    free(g.tones);
}
