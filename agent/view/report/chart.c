/* Spend in time: columns stacked by the groups that spent the most, the rest on top of them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/markup.h"
#include "base/xmalloc.h"
#include "view/axis.h"
#include "view/page/figures.h"
#include "view/report/html.h"
#include "view/svg.h"

enum { HEIGHT = 300, TOP = 12, BOTTOM = 26, TICKS = 4, LABELS_MOST = 12 };

enum { COLUMNS_A_STEP = 200 };

struct report_chart {
    struct page *page;
    struct axis axis;
    size_t shown;  /* groups with a colour of their own */
    double slot;   /* width of a bucket, in percent */
    size_t bucket; /* the next column, */
    unix_s start;  /* which is of this */
};

static const char *const per_words[] = {
    [PER_HOUR] = "hour",   [PER_DAY] = "day",      [PER_WEEK] = "week",
    [PER_MONTH] = "month", [PER_TOTAL] = "period",
};

static int64_t spent_by(const struct page *p, size_t rank, size_t bucket)
{
    int64_t spent = page_series_of(p, rank)[bucket];
    return spent > 0 ? spent : 0;
}

static void scale(struct report_chart *c)
{
    int64_t most = 0;
    for (size_t b = 0; b < c->page->bucket_count; b++)
        most = c->page->all_nano[b] > most ? c->page->all_nano[b] : most;
    c->axis = axis_for(most, TICKS);
    c->slot = 100.0 / (double)c->page->bucket_count;
}

static double y_of(const struct report_chart *c, int64_t nano)
{
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * axis_share(&c->axis, nano);
}

static void draw_axis(struct report_chart *c)
{
    struct text label = { 0 };
    for (int64_t at = 0; at <= c->axis.most_nano; at += c->axis.step_nano) {
        text_clear(&label);
        axis_add_amount(&c->axis, at, &label);
        svg_level(c->page->out, at ? "grid" : "axis", y_of(c, at));
        svg_amount(c->page->out, y_of(c, at), span_of(text_z(&label)));
    }
    text_done(&label);
}

static void draw_part(const struct report_chart *c, const char *class_, struct span name,
                      const int64_t part[2])
{
    struct text hint = { 0 };
    char when[TIME_TEXT_BYTES];
    if (part[1] <= part[0])
        return;
    text_addf(&hint, "%s · ", period_name(c->page->per, c->start, when));
    text_add(&hint, name);
    text_add(&hint, span_of(": "));
    figure_money(&hint, part[1] - part[0]);
    double gap = c->slot > 0.6 ? c->slot * 0.22 : c->slot * 0.1;
    struct svg_box box = { c->slot * (double)c->bucket + gap / 2, y_of(c, part[1]), c->slot - gap,
                           y_of(c, part[0]) - y_of(c, part[1]) };
    svg_column(c->page->out, class_, &box, (struct span){ text_z(&hint), hint.len });
    text_done(&hint);
}

static void draw_column(const struct report_chart *c)
{
    const struct page *p = c->page;
    int64_t part[2] = { 0, 0 };
    struct text label = { 0 };
    char class_[] = "s0";
    for (size_t rank = 0; rank < c->shown; rank++) {
        text_clear(&label);
        report_label_add(&p->totals.labels[p->totals.report.rows[rank].group], &label);
        part[1] = nano_add(part[0], spent_by(p, rank, c->bucket));
        class_[1] = (char)('0' + rank);
        draw_part(c, class_, (struct span){ text_z(&label), label.len }, part);
        part[0] = part[1];
    }
    part[1] = p->all_nano[c->bucket];
    draw_part(c, "s7", span_of("others"), part);
    text_done(&label);
}

/* "3 Oct", "W40", "Oct 2026", "14:00". */
static void name_tick(const struct page *p, unix_s start, char out[TIME_TEXT_BYTES])
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct date d = calendar_date(start / DAY_S);
    if (p->per == PER_HOUR)
        snprintf(out, TIME_TEXT_BYTES, "%02d:00", (int)(start % DAY_S / HOUR_S));
    else if (p->per == PER_MONTH)
        snprintf(out, TIME_TEXT_BYTES, "%s %d", months[d.month - 1], d.year);
    else
        snprintf(out, TIME_TEXT_BYTES, "%d %s", d.day, months[d.month - 1]);
}

static void draw_ticks(struct report_chart *c)
{
    const struct page *p = c->page;
    size_t every = p->bucket_count / LABELS_MOST + (p->bucket_count % LABELS_MOST != 0);
    unix_s start = p->first;
    char name[TIME_TEXT_BYTES];
    for (size_t b = 0; b < p->bucket_count; b++, start = period_next(p->per, start)) {
        if (b % every)
            continue;
        name_tick(p, start, name);
        svg_label(p->out, b / every % 2 ? "middle spare" : "middle", c->slot * ((double)b + 0.5),
                  HEIGHT - 8, span_of(name));
    }
}

static void write_key(const struct report_chart *c)
{
    struct page *p = c->page;
    const struct report *r = &p->totals.report;
    text_add(p->out, span_of("<ul class=\"key\">"));
    for (size_t rank = 0; rank < c->shown; rank++) {
        struct text label = { 0 };
        report_label_add(&p->totals.labels[r->rows[rank].group], &label);
        text_addf(p->out, "<li><span class=\"dot s%zu\"></span>", rank);
        markup_add_html(p->out, (struct span){ text_z(&label), label.len });
        text_add(p->out, span_of("</li>"));
        text_done(&label);
    }
    if (c->shown < r->row_count)
        text_addf(p->out, "<li><span class=\"dot s7\"></span>%zu others</li>",
                  r->row_count - c->shown);
    text_add(p->out, span_of("</ul></section>\n"));
}

static void begin_chart(struct page *p)
{
    struct report_chart *c = p->chart = xcalloc(1, sizeof *c);
    struct text title = { 0 };
    c->page = p;
    c->shown = p->shown < PAGE_SERIES ? p->shown : PAGE_SERIES;
    c->start = p->first;
    scale(c);
    text_addf(&title, "Spend per %s", per_words[p->per]);
    text_addf(p->out, "<section><h2>%s</h2>", text_z(&title));
    svg_plot_begin(
        p->out, "", HEIGHT, span_of(text_z(&title)),
        span_of("Columns stacked by the groups with the highest spend; the table below has "
                "the totals."));
    draw_axis(c);
    text_done(&title);
}

bool page_chart(struct page *p)
{
    if (p->totals.report.row_count == 0) {
        text_add(p->out,
                 span_of("<section class=\"empty\">No spend, top-ups or resets in this period."
                         "</section>\n"));
        return false;
    }
    if (!p->chart)
        begin_chart(p);
    struct report_chart *c = p->chart;
    for (size_t i = 0; i < COLUMNS_A_STEP && c->bucket < p->bucket_count; i++, c->bucket++) {
        draw_column(c);
        c->start = period_next(p->per, c->start);
    }
    if (c->bucket < p->bucket_count)
        return true;
    draw_ticks(c);
    svg_end(p->out);
    write_key(c);
    return false;
}

void page_chart_done(struct page *p)
{
    free(p->chart);
}
