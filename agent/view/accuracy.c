/* Figures are medians of ratios: 1.16 means that half of the forecasts were within 16 % of the
 * truth, either way. */
#include "view/accuracy.h"

#include <inttypes.h>
#include <math.h>

#include "base/markup.h"
#include "core/forecast/tracked.h"
#include "view/cell.h"

/* Errors are kept by their logarithms; beyond this one (22026 times) nobody reads on. */
#define LOG_MOST 10.0

/* Programs get what `ebb status --json` and MQTT call so, too; people percentages. */
enum { ACCOUNT, DUE, HELD, COVERAGE, FACTOR, BIAS, OFF, REASON, COLUMNS };

static const struct column columns[] = {
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_KEY },
    [DUE] = { "scored", "SCORED", COLUMN_COUNT, 0 },
    [HELD] = { NULL, "IN INTERVAL", COLUMN_PERCENT, 0 },
    [COVERAGE] = { "coverage", NULL, COLUMN_RATIO, 0 },
    [FACTOR] = { "median_factor", "HALF WITHIN FACTOR", COLUMN_RATIO, 0 },
    [BIAS] = { "bias", NULL, COLUMN_RATIO, 0 },
    [OFF] = { NULL, "BIAS (+ LATE)", COLUMN_GROWTH, 0 },
    [REASON] = { "reason", NULL, COLUMN_TEXT, 0 },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

static struct accuracy_summary summary_of(const struct cell *asked)
{
    return (struct accuracy_summary){ .scores = asked[QUERY_RECORD_COUNT].integer,
                                      .span_s = asked[QUERY_RECORD_OVER_S].integer };
}

static bool tells(const struct cell *asked)
{
    const struct accuracy_summary r = summary_of(asked);
    return accuracy_summary_tells(&r);
}

struct record_figures record_figures_of(const struct cell *asked)
{
    int64_t due = asked[QUERY_RECORD_COUNT].integer, within = asked[QUERY_RECORD_WITHIN].integer;
    double off = (double)asked[QUERY_RECORD_OFF_MILLI].integer / 1000;
    if (!tells(asked))
        return (struct record_figures){ .scored = due };
    return (struct record_figures){
        .scored = due,
        .tells = true,
        .coverage_milli = (within * 1000 + due / 2) / due,
        .factor_milli = llround(1000 * exp(fmin(off, LOG_MOST))),
        .bias_milli = asked[QUERY_RECORD_BIAS_MILLI].integer,
    };
}

static void fill(const struct cell *asked, struct cell *cells)
{
    const struct record_figures f = record_figures_of(asked);
    int64_t due = f.scored, within = asked[QUERY_RECORD_WITHIN].integer;
    double bias = (double)f.bias_milli / 1000;
    for (size_t i = 0; i < COLUMNS; i++)
        cells[i] = (struct cell){ .kind = CELL_NONE };
    cells[ACCOUNT] = asked[QUERY_RECORD_ACCOUNT];
    cells[DUE] = cell_integer(due);
    if (!f.tells) {
        const struct accuracy_summary r = summary_of(asked);
        cells[REASON] = cell_text(accuracy_summary_reason(&r));
        return;
    }
    cells[HELD] = cell_integer((within * 10000 + due / 2) / due);
    cells[COVERAGE] = cell_integer(f.coverage_milli);
    cells[FACTOR] = cell_integer(f.factor_milli);
    cells[BIAS] = cell_integer(f.bias_milli);
    cells[OFF] = cell_integer(llround(10000 * expm1(fmin(bias, LOG_MOST))));
}

bool record_table(struct store *s, const struct query_filter *scope, struct writer *w,
                  size_t *ret_rows, struct fault *why)
{
    struct cell asked[QUERY_RECORD_COLUMNS], cells[COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    size_t rows = 0;
    if (!query_open(s, QUERY_RECORD, scope, &a, why))
        return false;
    struct table *t = NULL;
    while (ok && more) {
        ok = query_next(a, asked, QUERY_RECORD_COLUMNS, &more, why);
        if (!ok || !more)
            continue;
        if (!t)
            t = table_begin(w, columns, COLUMNS);
        fill(asked, cells);
        table_row(t, cells);
        rows++;
    }
    query_close(a);
    if (!t && !writer_is_for_people(w))
        t = table_begin(w, columns, COLUMNS);
    if (t)
        table_end(t);
    *ret_rows = rows;
    return ok;
}

static void add_line(const struct cell *asked, struct writer *w)
{
    struct text line = { 0 };
    text_addf(&line, "Forecasts of ");
    screen_add(&w->screen, asked[QUERY_RECORD_ACCOUNT].text, &line);
    if (tells(asked))
        text_addf(&line,
                  ": %" PRId64 " of %" PRId64
                  " within their interval, half within a factor of %.2f, "
                  "median %.0f %% too %s",
                  asked[QUERY_RECORD_WITHIN].integer, asked[QUERY_RECORD_COUNT].integer,
                  exp((double)asked[QUERY_RECORD_OFF_MILLI].integer / 1000),
                  100 * fabs(expm1((double)asked[QUERY_RECORD_BIAS_MILLI].integer / 1000)),
                  asked[QUERY_RECORD_BIAS_MILLI].integer < 0 ? "early" : "late");
    else
        text_addf(&line, ": too few have come due to judge them (%" PRId64 " so far)",
                  asked[QUERY_RECORD_COUNT].integer);
    writer_add_lines(w, text_z(&line));
    writer_pass(w);
    text_done(&line);
}

bool record_lines(struct store *s, const struct query_filter *scope, struct writer *w,
                  struct fault *why)
{
    struct cell asked[QUERY_RECORD_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(s, QUERY_RECORD, scope, &a, why))
        return false;
    while (ok && more) {
        ok = query_next(a, asked, QUERY_RECORD_COLUMNS, &more, why);
        if (ok && more)
            add_line(asked, w);
    }
    query_close(a);
    return ok;
}

static void add_html_row(const struct cell *asked, struct text *out)
{
    static const struct screen page;
    static const int shown[] = { DUE, HELD, FACTOR, OFF };
    struct cell cells[COLUMNS];
    fill(asked, cells);
    text_add(out, span_of("<tr><th scope=\"row\" class=\"name\">"));
    markup_add_html(out, cells[ACCOUNT].text);
    text_add(out, span_of("</th>"));
    for (size_t i = 0; i < COUNT(shown); i++) {
        text_add(out, span_of("<td>"));
        cell_show(columns[shown[i]].kind, &cells[shown[i]], &page, out);
        text_add(out, span_of("</td>"));
    }
    text_add(out, span_of("</tr>\n"));
}

bool record_add_html(struct store *s, const struct query_filter *scope, struct text *out,
                     struct fault *why)
{
    struct cell asked[QUERY_RECORD_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(s, QUERY_RECORD, scope, &a, why))
        return false;
    for (size_t rows = 0; ok && more; rows++) {
        ok = query_next(a, asked, QUERY_RECORD_COLUMNS, &more, why);
        if (ok && more && rows == 0)
            text_add(out,
                     span_of("<section><h2>Forecast accuracy</h2><div class=\"wide\"><table>\n"
                             "<tr><th scope=\"col\">Account</th><th scope=\"col\">Scored</th>"
                             "<th scope=\"col\">In interval</th>"
                             "<th scope=\"col\">Half within factor</th>"
                             "<th scope=\"col\">Bias (+ late, − early)</th></tr>\n"));
        if (ok && more)
            add_html_row(asked, out);
        else if (ok && rows)
            text_add(out, span_of("</table></div></section>\n"));
    }
    query_close(a);
    return ok;
}
