/* The words and tables of the HTML report. Foreign text goes through markup_add_html and nowhere
 * else. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "assets.h"
#include "base/markup.h"
#include "base/money.h"
#include "view/cell.h"
#include "view/page/asset.h"
#include "view/page/figures.h"
#include "view/report/html.h"
#include "view/svg.h"

enum { PANEL_ROWS = 10, SPARK_WIDTH = 120, SPARK_HEIGHT = 22 };

static const struct screen page_screen; /* a browser: no colours of a terminal, UTF-8 */

static void add(struct page *p, const char *text)
{
    text_add(p->out, span_of(text));
}

/* ---- figures ---- */

static void add_percent(struct text *out, enum column_kind kind, int64_t hundredths)
{
    struct cell cell = cell_integer(hundredths);
    cell_show(kind, &cell, &page_screen, out);
}

/* "+12.3 %" with the class of its sign; nothing when it is not known. */
static void add_change(struct text *out, const struct report_row *row)
{
    int64_t change;
    if (!row->before_known)
        return;
    if (row->before_nano == 0 && row->sum.spent_nano > 0)
        text_add(out, span_of("new"));
    if (!ratio_growth(row->sum.spent_nano, row->before_nano, &change))
        return;
    text_addf(out, "<span class=\"%s\">", change > 0 ? "up" : "down");
    add_percent(out, COLUMN_GROWTH, change);
    text_add(out, span_of("</span>"));
}

/* "1 October 2026"; the end of a period is shown as its last day. */
static void add_date(struct text *out, unix_s at)
{
    static const char *const months[] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };
    struct date d = calendar_date(at / DAY_S);
    text_addf(out, "%d %s %d", d.day, months[d.month - 1], d.year);
}

static void add_stretch(struct text *out, const struct period *p)
{
    add_date(out, p->since);
    if (period_start(PER_DAY, p->since) == period_start(PER_DAY, p->until - 1))
        return;
    text_add(out, span_of(" to "));
    add_date(out, p->until - 1);
}

static void add_label(struct page *p, const struct report_label *l)
{
    add(p, "<span class=\"clip\">");
    if (p->links && *l->account && !l->deleted)
        figure_token_link(p->out, span_of(l->account), span_of(l->name));
    else
        markup_add_html(p->out, span_of(l->name));
    add(p, "</span>");
    if (l->generation)
        text_addf(p->out, " <span class=\"gone\">generation %" PRId64 "</span>", l->generation);
    if (l->deleted)
        add(p, " <span class=\"gone\">deleted</span>");
}

/* ---- head and tiles ---- */

/* The whole style sheet, so that the page needs nothing else. */
static void add_style(struct page *p)
{
    const char *type;
    struct writer sheet;
    writer_init(&sheet, NULL, NULL);
    page_asset(ASSET_EBB_CSS, &type, &sheet);
    text_addf(p->out, "<style>\n%s</style>\n", text_z(&sheet.text));
    writer_done(&sheet);
}

void page_scope(struct page *p)
{
    add_stretch(p->out, &p->q->during);
    text_addf(p->out, " (UTC), by %s", report_by_name(p->q->by));
    if (p->q->account) {
        add(p, " · account ");
        markup_add_html(p->out, span_of(p->q->account));
    }
    if (p->q->environment) {
        add(p, " · environment ");
        markup_add_html(p->out, span_of(p->q->environment));
    }
    if (p->q->token) {
        add(p, " · tokens ");
        markup_add_html(p->out, span_of(p->q->token));
    }
}

void page_head(struct page *p)
{
    char stamp[TIME_TEXT_BYTES];
    add(p,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<title>AI spend, ");
    add_stretch(p->out, &p->q->during);
    add(p, "</title>\n");
    add_style(p);
    add(p, "</head>\n<body>\n<main>\n<header>\n<h1>AI spend</h1>\n<p>");
    page_scope(p);
    text_addf(p->out, " · as of %.16sZ</p>\n</header>\n", calendar_format(p->q->now, stamp));
}

static void begin_tile(struct page *p, const char *name)
{
    text_addf(p->out, "<dl class=\"tile\"><dt>%s</dt><dd class=\"big\">", name);
}

static void end_tile(struct page *p, const char *note)
{
    text_addf(p->out, "</dd><dd class=\"soft\">%s</dd></dl>\n", note);
}

static void add_spent_tile(struct page *p, const struct report_row *all)
{
    struct text note = { 0 };
    if (!all->before_known) {
        text_add(&note, span_of("no data for the previous period"));
    } else if (all->before_nano == 0) {
        text_add(&note, span_of("nothing in the previous period"));
    } else {
        add_change(&note, all);
        text_add(&note, span_of(note.len ? " from " : "previously "));
        figure_money(&note, all->before_nano);
    }
    begin_tile(p, "Spent");
    figure_money(p->out, all->sum.spent_nano);
    end_tile(p, text_z(&note));
    text_done(&note);
}

static void add_calls_tiles(struct page *p, const struct report_sum *sum)
{
    if (!sum->calls_told)
        return;
    begin_tile(p, "Calls");
    figure_count(p->out, sum->calls);
    end_tile(p, "reported by the usage endpoint");
    if (sum->calls <= 0)
        return;
    begin_tile(p, "Cost per call");
    figure_money(p->out, ratio_each(sum->called_nano, sum->calls));
    end_tile(p, "on average");
}

/* Days of which nothing is on record are no days without spend. */
static void add_day_tile(struct page *p, const struct report *r)
{
    unix_s since =
        r->known_from > r->during.since ? period_start(PER_DAY, r->known_from) : r->during.since;
    int64_t days = (r->during.until - since + DAY_S / 2) / DAY_S;
    char note[64];
    if (r->during.until - since < DAY_S)
        return;
    begin_tile(p, "Per day");
    figure_money(p->out, ratio_part(r->all.sum.spent_nano, DAY_S, r->during.until - since));
    snprintf(note, sizeof note, "on average over %" PRId64 " day%s%s", days, days == 1 ? "" : "s",
             since > r->during.since ? " on record" : "");
    end_tile(p, note);
}

void page_tiles(struct page *p)
{
    const struct report *r = &p->totals.report;
    if (r->row_count == 0)
        return;
    add(p, "<div class=\"tiles\">\n");
    add_spent_tile(p, &r->all);
    add_day_tile(p, r);
    add_calls_tiles(p, &r->all.sum);
    if (r->all.sum.topup_nano) {
        begin_tile(p, "Topped up");
        figure_money(p->out, r->all.sum.topup_nano);
        end_tile(p, "from balances");
    }
    add(p, "</div>\n");
}

/* ---- tables ---- */

static void add_bar(struct page *p, int64_t amount, int64_t most, const char *class_)
{
    int64_t share = 0;
    ratio_share(amount > 0 ? amount : 0, most, &share);
    text_addf(p->out,
              "<td class=\"bar\"><svg class=\"meter\" viewBox=\"0 0 100 10\" "
              "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"track\" "
              "width=\"100\" height=\"10\"/><rect class=\"%s\" width=\"%.2f\" "
              "height=\"10\"/></svg></td>",
              class_, (double)share / 100);
}

static void add_spark(struct page *p, size_t rank)
{
    static const struct svg_box box = { 1, 2, SPARK_WIDTH - 2, SPARK_HEIGHT - 4 };
    const struct report_label *label = &p->totals.labels[p->totals.report.rows[rank].group];
    add(p, "<td class=\"pic\">");
    if (p->bucket_count > 1) {
        svg_begin(p->out, "sparkline", SPARK_WIDTH, SPARK_HEIGHT, span_of("Spend over time"),
                  span_of(label->name));
        svg_spark(p->out, &box, page_series_of(p, rank), p->bucket_count);
        svg_end(p->out);
    }
    add(p, "</td>");
}

static void add_share_cell(struct page *p, int64_t part, int64_t whole, bool known)
{
    int64_t share;
    add(p, "<td>");
    if (known && ratio_share(part, whole, &share))
        add_percent(p->out, COLUMN_PERCENT, share);
    add(p, "</td>");
}

static void add_figures(struct page *p, const struct report_row *row)
{
    const struct report_sum *sum = &row->sum;
    add(p, "<td>");
    figure_money(p->out, sum->spent_nano);
    add(p, "</td>");
    add_share_cell(p, sum->spent_nano, p->totals.report.all.sum.spent_nano, true);
    add(p, "<td>");
    add_change(p->out, row);
    add(p, "</td>");
    if (p->totals.report.all.sum.calls_told) {
        add(p, "<td>");
        if (sum->calls_told)
            figure_count(p->out, sum->calls);
        add(p, "</td><td>");
        if (sum->calls_told && sum->calls > 0)
            figure_money(p->out, ratio_each(sum->called_nano, sum->calls));
        add(p, "</td>");
    }
    if (p->totals.report.all.budget_known)
        add_share_cell(p, row->budget_spent_nano, row->budget_nano, row->budget_known);
    text_addf(p->out, "<td class=\"soft\">%s</td></tr>\n", report_source_name(sum->source));
}

static const char *series_class(size_t rank)
{
    static const char *const classes[PAGE_SERIES + 1] = { "s0", "s1", "s2", "s3",
                                                          "s4", "s5", "s6", "s7" };
    return classes[rank < PAGE_SERIES ? rank : PAGE_SERIES];
}

static void add_left_out(struct page *p, size_t from)
{
    const struct report *r = &p->totals.report;
    struct report_row rest = { 0 };
    for (size_t i = from; i < r->row_count; i++) {
        rest.sum.spent_nano = nano_add(rest.sum.spent_nano, r->rows[i].sum.spent_nano);
        rest.sum.source |= r->rows[i].sum.source;
    }
    text_addf(p->out,
              "<tr><th scope=\"row\" class=\"name soft\">%zu more</th><td class=\"pic\"></td>",
              r->row_count - from);
    add_bar(p, rest.sum.spent_nano, r->rows[0].sum.spent_nano, "s7");
    add_figures(p, &rest);
}

void page_ranking(struct page *p)
{
    const struct report *r = &p->totals.report;
    if (r->row_count == 0)
        return;
    text_addf(p->out,
              "<section class=\"long\"><h2>By %s</h2><div class=\"wide\"><table>\n<tr>"
              "<th scope=\"col\">Name</th><td class=\"pic\"></td><td class=\"bar\"></td>"
              "<th scope=\"col\">Spent</th><th scope=\"col\">Share</th>"
              "<th scope=\"col\">Change</th>%s%s<th scope=\"col\">Source</th></tr>\n",
              report_by_name(p->q->by),
              r->all.sum.calls_told ? "<th scope=\"col\">Calls</th><th scope=\"col\">Per call</th>"
                                    : "",
              r->all.budget_known ? "<th scope=\"col\">Budget used</th>" : "");
    for (size_t i = 0; i < p->shown; i++) {
        add(p, "<tr><th scope=\"row\" class=\"name\">");
        add_label(p, &p->totals.labels[r->rows[i].group]);
        add(p, "</th>");
        add_spark(p, i);
        add_bar(p, r->rows[i].sum.spent_nano, r->rows[0].sum.spent_nano, series_class(i));
        add_figures(p, &r->rows[i]);
    }
    if (p->shown < r->row_count)
        add_left_out(p, p->shown);
    if (r->row_count > 1) {
        add(p,
            "<tr class=\"sum\"><th scope=\"row\">Total</th><td class=\"pic\"></td><td "
            "class=\"bar\"></td>");
        add_figures(p, &r->all);
    }
    add(p, "</table></div></section>\n");
}

void page_panel(struct page *p, const struct loaded_report *l, enum report_by by)
{
    const struct report *r = &l->report;
    size_t shown = r->row_count > PANEL_ROWS ? PANEL_ROWS : r->row_count;
    if (r->row_count == 0 || r->all.sum.spent_nano <= 0 || (r->row_count == 1 && by <= BY_MEMBER))
        return;
    text_addf(p->out, "<section><h2>By %s</h2><table>\n", report_by_name(by));
    for (size_t i = 0; i < shown; i++) {
        add(p, "<tr><th scope=\"row\" class=\"name\">");
        add_label(p, &l->labels[r->rows[i].group]);
        add(p, "</th>");
        add_bar(p, r->rows[i].sum.spent_nano, r->rows[0].sum.spent_nano, "s0");
        add(p, "<td>");
        figure_money(p->out, r->rows[i].sum.spent_nano);
        add(p, "</td>");
        add_share_cell(p, r->rows[i].sum.spent_nano, r->all.sum.spent_nano, true);
        add(p, "</tr>\n");
    }
    add(p, "</table>");
    if (shown < r->row_count)
        text_addf(p->out, "<p class=\"soft\">and %zu more</p>", r->row_count - shown);
    add(p, "</section>\n");
}

/* What readers must know of the figures. */
void page_notes(struct page *p)
{
    struct text notes = { 0 };
    report_notes(p->q, &p->totals, &notes);
    if (notes.len) {
        add(p, "<section><p>");
        markup_add_html(p->out, (struct span){ text_z(&notes), notes.len - 1 });
        add(p, "</p></section>\n");
    }
    text_done(&notes);
}

void page_legend(struct page *p)
{
    add(p,
        "<footer><p>Amounts are in US dollars, days are UTC, weeks start on Monday. Changes are "
        "relative to ");
    add_stretch(p->out, &p->q->before);
    add(p,
        " and left empty where that period is not fully on record.</p>\n"
        "<p>Source: <em>endpoint</em> is usage reported by the API, <em>balance</em> is spend "
        "derived from falling balances. Budget used: spend as a share of the reset amount, "
        "prorated, or else of the top-ups.</p></footer>\n");
}

void page_foot(struct page *p)
{
    page_legend(p);
    add(p, "<footer><p>Generated by Ebb.</p></footer>\n</main>\n</body>\n</html>\n");
}
