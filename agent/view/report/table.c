/* A report as a table: exact rows for programs; for people bars, a line of all, and no column that
 * says nothing. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "view/bar.h"
#include "view/report/report.h"

enum {
    ACCOUNT,
    NAME,
    GENERATION,
    DELETED,
    LABEL,
    PERIOD,
    FROM,
    UNTIL,
    SPENT,
    BAR,
    SHARE,
    CALLS,
    EACH,
    BEFORE,
    CHANGE,
    BUDGET,
    USED,
    TOPPED_UP,
    RESET,
    SOURCE,
    UNKNOWN_DAYS,
    GAP,
    COLUMNS,
};

enum {
    BAR_LEAST = 8,
    BAR_MOST = 40,
    BAR_PART = 5 /* of the terminal's width */,
    BAR_ELSEWHERE = 20
};

static const struct column columns[COLUMNS] = {
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [NAME] = { "name", NULL, COLUMN_TEXT, 0 }, /* called like the dimension */
    [GENERATION] = { "generation", NULL, COLUMN_COUNT, 0 },
    [DELETED] = { "deleted", NULL, COLUMN_FLAG, 0 },
    [LABEL] = { NULL, "NAME", COLUMN_TEXT, COLUMN_KEY },
    [PERIOD] = { "period", "PERIOD (UTC)", COLUMN_TEXT, COLUMN_KEY },
    [FROM] = { "from", NULL, COLUMN_TIME, 0 },
    [UNTIL] = { "until", NULL, COLUMN_TIME, 0 },
    [SPENT] = { "spent_usd", "SPENT USD", COLUMN_MONEY, 0 },
    [BAR] = { NULL, "", COLUMN_BAR, COLUMN_SPARE },
    [SHARE] = { "share_percent", "SHARE", COLUMN_PERCENT, 0 },
    [CALLS] = { "calls", "CALLS", COLUMN_COUNT, 0 },
    [EACH] = { "usd_per_call", "PER CALL", COLUMN_MONEY, COLUMN_SPARE },
    [BEFORE] = { "before_usd", NULL, COLUMN_MONEY, 0 },
    [CHANGE] = { "change_percent", "CHANGE", COLUMN_GROWTH, 0 },
    [BUDGET] = { "budget_usd", NULL, COLUMN_MONEY, 0 },
    [USED] = { "budget_used_percent", "BUDGET USED", COLUMN_PERCENT, 0 },
    [TOPPED_UP] = { "topup_usd", "TOPPED UP", COLUMN_MONEY, 0 },
    [RESET] = { "reset_usd", "RESET", COLUMN_CHANGE, COLUMN_SPARE },
    [SOURCE] = { "source", "SOURCE", COLUMN_TEXT, 0 },
    [UNKNOWN_DAYS] = { "unknown_days", "UNKNOWN DAYS", COLUMN_COUNT, 0 },
    [GAP] = { "gap_usd", NULL, COLUMN_MONEY, 0 },
};

/* A row under work, with room for the texts that are made for it. */
struct line {
    struct cell cells[COLUMNS];
    struct text label, bar;
    char period[TIME_TEXT_BYTES];
};

static struct cell known_if(bool known, int64_t number)
{
    return known ? cell_integer(number) : (struct cell){ .kind = CELL_NONE };
}

static void fill_figures(const struct report *r, const struct report_row *row, struct cell *cells)
{
    const struct report_sum *sum = &row->sum;
    int64_t share = 0, change = 0, used = 0;
    bool has_share = ratio_share(sum->spent_nano, r->all.sum.spent_nano, &share);
    bool has_change = row->before_known && ratio_growth(sum->spent_nano, row->before_nano, &change);
    bool has_used =
        row->budget_known && ratio_share(row->budget_spent_nano, row->budget_nano, &used);
    bool has_each = sum->calls_told && sum->calls > 0;
    cells[FROM] = cell_integer(row->during.since);
    cells[UNTIL] = cell_integer(row->during.until);
    cells[SPENT] = known_if(sum->source != REPORT_FROM_NOTHING, sum->spent_nano);
    cells[SHARE] = known_if(has_share && sum->source != REPORT_FROM_NOTHING, share);
    cells[CALLS] = known_if(sum->calls_told, sum->calls);
    cells[EACH] = known_if(has_each, has_each ? ratio_each(sum->called_nano, sum->calls) : 0);
    cells[BEFORE] = known_if(row->before_known, row->before_nano);
    cells[CHANGE] = known_if(has_change, change);
    cells[BUDGET] = known_if(row->budget_known, row->budget_nano);
    cells[USED] = known_if(has_used, used);
    cells[TOPPED_UP] = cell_integer(sum->topup_nano);
    cells[RESET] = cell_integer(sum->reset_nano);
    cells[SOURCE] = cell_text(report_source_name(sum->source));
    cells[UNKNOWN_DAYS] = cell_integer(row->unknown_days);
    cells[GAP] = cell_integer(sum->gap_nano);
}

static void fill(const struct report_query *q, const struct loaded_report *l,
                 const struct report_row *row, struct line *line)
{
    const struct report_label *label = &l->labels[row->group];
    text_clear(&line->label);
    report_label_add(label, &line->label);
    fill_figures(&l->report, row, line->cells);
    line->cells[ACCOUNT] = cell_text(label->account);
    line->cells[NAME] = cell_text(label->name);
    line->cells[GENERATION] =
        known_if(q->by == BY_TOKEN, label->generation ? label->generation : 1);
    line->cells[DELETED] = known_if(q->by == BY_TOKEN, label->deleted);
    line->cells[LABEL] = cell_text(text_z(&line->label));
    line->cells[PERIOD] = cell_text(period_name(q->per, row->bucket, line->period));
}

static void fill_all(const struct report *r, struct line *line)
{
    fill_figures(r, &r->all, line->cells);
    line->cells[ACCOUNT] = line->cells[PERIOD] = cell_text("");
    line->cells[BAR] = cell_text("");
    line->cells[LABEL] = cell_text("total");
    if (r->per != PER_TOTAL)
        line->cells[CHANGE] = (struct cell){ .kind = CELL_NONE };
}

static size_t bar_width(const struct screen *screen)
{
    size_t width = screen->columns / BAR_PART;
    if (!screen->columns)
        return BAR_ELSEWHERE;
    return width < BAR_LEAST ? BAR_LEAST : width > BAR_MOST ? BAR_MOST : width;
}

static int64_t most_spent(const struct report *r)
{
    int64_t most = 0;
    for (size_t i = 0; i < r->row_count; i++)
        if (r->rows[i].sum.spent_nano > most)
            most = r->rows[i].sum.spent_nano;
    return most;
}

/* Which columns have something to say to people; all rows speak for themselves. */
static void choose_columns(const struct report_query *q, const struct loaded_report *l,
                           struct column *chosen)
{
    static const int optional[] = { CALLS, EACH, CHANGE, USED, TOPPED_UP, RESET, UNKNOWN_DAYS };
    struct line line = { 0 };
    bool says[COLUMNS] = { false };
    for (size_t i = 0; i < l->report.row_count; i++) {
        fill(q, l, &l->report.rows[i], &line);
        for (size_t k = 0; k < COUNT(optional); k++) {
            const struct cell *cell = &line.cells[optional[k]];
            bool is_amount =
                optional[k] == TOPPED_UP || optional[k] == RESET || optional[k] == UNKNOWN_DAYS;
            says[optional[k]] |= cell->kind == CELL_INTEGER && (!is_amount || cell->integer);
        }
    }
    text_done(&line.label);
    for (size_t k = 0; k < COUNT(optional); k++)
        if (!says[optional[k]])
            chosen[optional[k]].title = NULL;
}

/* Those that the question leaves nothing to say in. */
static void leave_off_columns(const struct report_query *q, struct column *chosen)
{
    if (q->per == PER_TOTAL)
        chosen[PERIOD].title = NULL;
    if (q->by != BY_TOKEN)
        chosen[ACCOUNT] = chosen[GENERATION] = chosen[DELETED] =
            (struct column){ NULL, NULL, COLUMN_TEXT, 0 };
}

static void add_stretch(const char *before, const struct period *p, struct text *out)
{
    char since[TIME_TEXT_BYTES], until[TIME_TEXT_BYTES];
    text_addf(out, "%s%.16sZ to %.16sZ", before, calendar_format(p->since, since),
              calendar_format(p->until, until));
}

static void add_heading(const struct report_query *q, struct writer *w)
{
    struct text line = { 0 };
    add_stretch("Spend from ", &q->during, &line);
    if (q->per == PER_TOTAL)
        add_stretch(", compared with ", &q->before, &line);
    text_add(&line, span_of("."));
    writer_add_lines(w, text_z(&line));
    writer_add(w, "\n");
    text_done(&line);
}

/* ---- in slices ---- */

enum { ROWS_A_STEP = 300 };

struct report_rows {
    const struct report_query *q;
    const struct loaded_report *l;
    struct writer *w;
    struct column columns[COLUMNS];
    struct table *table;
    struct line line;
    int64_t most; /* for bars */
    size_t next, width;
};

struct report_rows *report_rows_begin(const struct report_query *q, const struct loaded_report *l,
                                      struct writer *w)
{
    static const char *const titles[REPORT_BYS] = {
        [BY_TOKEN] = "TOKEN",       [BY_ENVIRONMENT] = "ENVIRONMENT", [BY_PROJECT] = "PROJECT",
        [BY_PURPOSE] = "PURPOSE",   [BY_MEMBER] = "MEMBER",           [BY_ACCOUNT] = "ACCOUNT",
        [BY_PROVIDER] = "PROVIDER", [BY_FEATURE] = "FEATURE",
    };
    struct report_rows *r = xcalloc(1, sizeof *r);
    *r = (struct report_rows){ .q = q, .l = l, .w = w, .width = bar_width(&w->screen) };
    memcpy(r->columns, columns, sizeof r->columns);
    r->columns[NAME].name = report_by_name(q->by);
    r->columns[LABEL].title = titles[q->by];
    leave_off_columns(q, r->columns);
    if (writer_is_for_people(w)) {
        r->most = most_spent(&l->report);
        choose_columns(q, l, r->columns);
        if (l->report.row_count)
            add_heading(q, w);
    }
    r->table = table_begin(w, r->columns, COLUMNS);
    return r;
}

static void add_row(struct report_rows *r, const struct report_row *row)
{
    fill(r->q, r->l, row, &r->line);
    text_clear(&r->line.bar);
    if (writer_is_for_people(r->w))
        bar_draw(&(struct bar){ row->sum.spent_nano, r->most, r->width, r->w->screen.ascii },
                 &r->line.bar);
    r->line.cells[BAR] = cell_text(text_z(&r->line.bar));
    table_row(r->table, r->line.cells);
}

bool report_rows_step(struct report_rows *r)
{
    const struct report *report = &r->l->report;
    for (size_t i = 0; i < ROWS_A_STEP && r->next < report->row_count; i++)
        add_row(r, &report->rows[r->next++]);
    if (r->next < report->row_count)
        return true;
    if (writer_is_for_people(r->w) && report->row_count > 1) {
        fill_all(report, &r->line);
        table_row(r->table, r->line.cells);
    }
    table_end(r->table);
    r->table = NULL;
    return false;
}

void report_rows_end(struct report_rows *r)
{
    if (!r)
        return;
    table_drop(r->table);
    text_done(&r->line.label);
    text_done(&r->line.bar);
    free(r);
}

void report_table(const struct report_query *q, const struct loaded_report *l, struct writer *w)
{
    struct report_rows *r = report_rows_begin(q, l, w);
    while (report_rows_step(r))
        continue;
    report_rows_end(r);
}
