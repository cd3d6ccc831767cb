/* Figures are medians of ratios: 1.16 means that half of the forecasts were within 16 % of the
 * truth, either way. */
#include "view/accuracy.h"

#include <inttypes.h>
#include <math.h>

#include "base/markup.h"
#include "view/cell.h"

/* Errors are kept by their logarithms; beyond this one (22026 times) nobody reads on. */
#define LOG_MOST 10.0

/* Programs get what `ebb status --json` and MQTT call so, too; people percentages. */
enum {
    ACCOUNT,
    DUE,
    HELD,
    COVERAGE,
    FACTOR,
    BIAS,
    OFF,
    REASON,
    REACH_DUE,
    REACH_COVERAGE = REACH_DUE + REACHES,
    REACH_HELD = REACH_COVERAGE + REACHES,
    COLUMNS = REACH_HELD + REACHES
};

static const struct column columns[] = {
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_KEY },
    [DUE] = { "scored", "SCORED", COLUMN_COUNT, 0 },
    [HELD] = { NULL, "IN INTERVAL", COLUMN_PERCENT, 0 },
    [COVERAGE] = { "coverage", NULL, COLUMN_RATIO, 0 },
    [FACTOR] = { "median_factor", "HALF WITHIN FACTOR", COLUMN_RATIO, 0 },
    [BIAS] = { "bias", NULL, COLUMN_RATIO, 0 },
    [OFF] = { NULL, "BIAS (+ LATE)", COLUMN_GROWTH, 0 },
    [REASON] = { "reason", NULL, COLUMN_TEXT, 0 },
    [REACH_DUE + REACH_HOURS] = { "scored_6h", NULL, COLUMN_COUNT, 0 },
    [REACH_DUE + REACH_DAYS] = { "scored_2d", NULL, COLUMN_COUNT, 0 },
    [REACH_DUE + REACH_FAR] = { "scored_beyond", NULL, COLUMN_COUNT, 0 },
    [REACH_COVERAGE + REACH_HOURS] = { "coverage_6h", NULL, COLUMN_RATIO, 0 },
    [REACH_COVERAGE + REACH_DAYS] = { "coverage_2d", NULL, COLUMN_RATIO, 0 },
    [REACH_COVERAGE + REACH_FAR] = { "coverage_beyond", NULL, COLUMN_RATIO, 0 },
    [REACH_HELD + REACH_HOURS] = { NULL, "UNDER 6H", COLUMN_PERCENT, COLUMN_SPARE },
    [REACH_HELD + REACH_DAYS] = { NULL, "TO 2D", COLUMN_PERCENT, COLUMN_SPARE },
    [REACH_HELD + REACH_FAR] = { NULL, "BEYOND", COLUMN_PERCENT, COLUMN_SPARE },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

struct accuracy_summary record_of(const struct cell *asked)
{
    struct accuracy_summary r = {
        .scores = asked[QUERY_RECORD_COUNT].integer,
        .within = asked[QUERY_RECORD_WITHIN].integer,
        .median_off_milli = asked[QUERY_RECORD_OFF_MILLI].integer,
        .median_bias_milli = asked[QUERY_RECORD_BIAS_MILLI].integer,
        .span_s = asked[QUERY_RECORD_OVER_S].integer,
    };
    for (int i = 0; i < REACHES; i++)
        r.reach[i] = (struct reach_record){ asked[QUERY_RECORD_HOURS_COUNT + 2 * i].integer,
                                            asked[QUERY_RECORD_HOURS_WITHIN + 2 * i].integer };
    return r;
}

void record_add_reaches(const struct accuracy_summary *r, struct text *out)
{
    const char *before = "";
    for (enum reach i = 0; i < REACHES; i++) {
        if (r->reach[i].due == 0)
            continue;
        text_addf(out, "%s%" PRId64 " of %" PRId64 " %s", before, r->reach[i].within,
                  r->reach[i].due, reach_words(i));
        before = ", ";
    }
}

static int64_t share_milli(struct reach_record r)
{
    return (r.within * 1000 + r.due / 2) / r.due;
}

static bool tells(const struct cell *asked)
{
    const struct accuracy_summary r = record_of(asked);
    return accuracy_summary_tells(&r);
}

struct record_figures record_figures_of(const struct cell *asked)
{
    const struct accuracy_summary r = record_of(asked);
    struct record_figures f = { .scored = r.scores, .tells = accuracy_summary_tells(&r) };
    for (int i = 0; i < REACHES; i++) {
        bool told = f.tells && reach_record_tells(&r.reach[i]);
        f.reach_scored[i] = r.reach[i].due;
        f.reach_milli[i] = told ? share_milli(r.reach[i]) : -1;
    }
    if (!f.tells)
        return f;
    f.coverage_milli = share_milli((struct reach_record){ r.scores, r.within });
    f.factor_milli = llround(1000 * exp(fmin((double)r.median_off_milli / 1000, LOG_MOST)));
    f.bias_milli = r.median_bias_milli;
    return f;
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
    for (size_t i = 0; i < REACHES; i++) {
        cells[REACH_DUE + i] = cell_integer(f.reach_scored[i]);
        if (f.reach_milli[i] < 0)
            continue;
        cells[REACH_COVERAGE + i] = cell_integer(f.reach_milli[i]);
        cells[REACH_HELD + i] = cell_integer(10 * f.reach_milli[i]);
    }
    if (!f.tells) {
        const struct accuracy_summary r = record_of(asked);
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
    if (tells(asked)) {
        const struct accuracy_summary r = record_of(asked);
        text_addf(&line, "; ");
        record_add_reaches(&r, &line);
    } else
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
    static const int shown[] = { DUE,
                                 HELD,
                                 FACTOR,
                                 OFF,
                                 REACH_HELD + REACH_HOURS,
                                 REACH_HELD + REACH_DAYS,
                                 REACH_HELD + REACH_FAR };
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
                             "<th scope=\"col\">Bias (+ late, − early)</th>"
                             "<th scope=\"col\">In interval, under 6 h</th>"
                             "<th scope=\"col\">To 2 days</th>"
                             "<th scope=\"col\">Beyond</th></tr>\n"));
        if (ok && more)
            add_html_row(asked, out);
        else if (ok && rows)
            text_add(out, span_of("</table></div></section>\n"));
    }
    query_close(a);
    return ok;
}
