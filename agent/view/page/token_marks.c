/* What happened to a token within the picture: entries of its book that are no consumption, and
 * alerts. Each is a mark above the line and a line of a table. */
#include <stdlib.h>

#include "base/markup.h"
#include "base/xmalloc.h"
#include "view/page/figures.h"
#include "view/page/token.h"

_Static_assert((int)QUERY_EVENTS_COLUMNS <= (int)QUERY_HISTORY_COLUMNS, "an event has no room");

/* The newest are kept: whoever looks back further asks `ebb history`. */
static struct token_mark *new_mark(struct token_page *p)
{
    if (p->mark_count == TOKEN_MARKS_MAX) {
        free(p->marks[0].words);
        free(p->marks[0].what);
        memmove(p->marks, p->marks + 1, (TOKEN_MARKS_MAX - 1) * sizeof *p->marks);
        p->mark_count--;
        p->marks_left_out++;
    }
    return &p->marks[p->mark_count++];
}

static const struct {
    const char *kind, *shape, *what;
} kinds[] = {
    { "topup", "topup", "top-up" },
    { "reset", "reset", "reset" },
    { "edit", "edit", "edit" },
    { "correction", "edit", "correction" },
};

static void take_entry(void *to, const struct cell *cells)
{
    struct token_page *p = to;
    struct text words = { 0 };
    size_t kind = 0;
    while (kind < COUNT(kinds) && !span_is(cells[QUERY_HISTORY_KIND].text, kinds[kind].kind))
        kind++;
    if (kind == COUNT(kinds) || cells[QUERY_HISTORY_AT].integer < p->since)
        return;
    if (cells[QUERY_HISTORY_CHANGE_NANO].kind == CELL_INTEGER) {
        int64_t change = cells[QUERY_HISTORY_CHANGE_NANO].integer;
        text_add(&words, span_of(change >= 0 ? "+" : ""));
        figure_money(&words, change);
    }
    if (cells[QUERY_HISTORY_BALANCE_NANO].kind == CELL_INTEGER) {
        text_add(&words, span_of(words.len ? ", to " : "to "));
        figure_money(&words, cells[QUERY_HISTORY_BALANCE_NANO].integer);
    }
    *new_mark(p) = (struct token_mark){ cells[QUERY_HISTORY_AT].integer, kinds[kind].shape, false,
                                        xstrdup(text_z(&words)), xstrdup(kinds[kind].what) };
    text_done(&words);
}

static void take_event(void *to, const struct cell *cells)
{
    struct token_page *p = to;
    enum level level = LEVEL_NONE;
    struct text what = { 0 };
    level_named(cells[QUERY_EVENTS_LEVEL].text, &level);
    text_addf(&what, "%.*s", (int)cells[QUERY_EVENTS_KIND].text.len,
              cells[QUERY_EVENTS_KIND].text.at);
    *new_mark(p) = (struct token_mark){
        cells[QUERY_EVENTS_AT].integer,
        level == LEVEL_NONE ? "check" : level_name(level),
        true,
        xstrndup(cells[QUERY_EVENTS_SUMMARY].text.at, cells[QUERY_EVENTS_SUMMARY].text.len),
        xstrdup(text_z(&what)),
    };
    text_done(&what);
}

static int by_time(const void *a, const void *b)
{
    const struct token_mark *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

bool token_marks_load(struct token_page *p, struct fault *why)
{
    const struct query_filter scope = {
        .now = p->from.now,
        .since = p->since,
        .until = TIME_NONE,
        .token = text_z(&p->input.name),
        .account = text_z(&p->input.account),
        .ids = text_z(&p->ids),
    };
    struct store *s = p->from.store;
    if (!query_each(s, QUERY_HISTORY, &scope, QUERY_HISTORY_COLUMNS, take_entry, p, why)
        || !query_each(s, QUERY_EVENTS, &scope, QUERY_EVENTS_COLUMNS, take_event, p, why))
        return false;
    if (p->mark_count)
        qsort(p->marks, p->mark_count, sizeof *p->marks, by_time);
    return true;
}

void token_marks_done(struct token_page *p)
{
    for (size_t i = 0; i < p->mark_count; i++) {
        free(p->marks[i].words);
        free(p->marks[i].what);
    }
}

void token_add_marks(struct text *out, const struct token_page *p)
{
    text_add(out, span_of("<section id=\"marks\" data-part><h2>What happened</h2>\n"));
    if (!p->mark_count) {
        text_add(out,
                 span_of("<p class=\"none\">No top-up, reset, edit or alert in this time."
                         "</p></section>\n"));
        return;
    }
    text_add(out,
             span_of("<div class=\"tall\" tabindex=\"0\"><table class=\"marks\"><tr>"
                     "<th scope=\"col\">When</th><th scope=\"col\" class=\"words\">What</th>"
                     "<th scope=\"col\" class=\"words\"></th></tr>\n"));
    for (size_t i = p->mark_count; i-- > 0;) {
        const struct token_mark *m = &p->marks[i];
        text_add(out, span_of("<tr><td>"));
        figure_time(out, m->at, p->from.now);
        text_addf(out,
                  "</td><td class=\"words what\"><svg class=\"shape %s\" aria-hidden=\"true\"><use "
                  "href=\"#%s\"/></svg>",
                  m->shape, m->shape);
        markup_add_html(out, span_of(m->what));
        text_add(out, span_of("</td><td class=\"words\">"));
        markup_add_html(out, span_of(m->words));
        text_add(out, span_of("</td></tr>\n"));
    }
    text_add(out, span_of("</table></div>"));
    if (p->marks_left_out)
        text_addf(out, "<p class=\"soft\">and %zu more before that</p>", p->marks_left_out);
    text_add(out, span_of("</section>\n"));
}
