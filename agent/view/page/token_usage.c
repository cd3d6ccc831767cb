/* What the usage endpoint reports of a token, day by day: columns stacked by feature, and by
 * provider, each with a table of what they add up to. */
#include <stdlib.h>

#include "base/intern.h"
#include "base/markup.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "core/period.h"
#include "view/axis.h"
#include "view/page/figures.h"
#include "view/page/token.h"
#include "view/svg.h"

enum { DAYS = 28, PARTS = 7, HEIGHT = 200, TOP = 16, BOTTOM = 172 };

struct part {
    uint32_t word;
    int64_t nano, calls, day_nano[DAYS];
};

struct usage {
    const struct token_page *page;
    unix_s first_day;
    struct intern words;
    struct part *parts; /* owned; by word, then by what they cost */
    size_t count;
    bool calls_told;
};

static void take(struct usage *u, struct span word, int64_t day, int64_t nano, int64_t calls)
{
    int64_t place = (day - u->first_day) / DAY_S;
    uint32_t number = intern_number(&u->words, word);
    if (number == u->count) {
        u->parts = xrealloc(u->parts, u->count + 1, sizeof *u->parts);
        u->parts[u->count++] = (struct part){ .word = number };
    }
    if (place < 0 || place >= DAYS || nano < 0)
        return;
    struct part *p = &u->parts[number];
    p->nano = nano_add(p->nano, nano);
    p->calls = nano_add(p->calls, calls);
    p->day_nano[place] = nano_add(p->day_nano[place], nano);
}

static void take_feature(struct usage *u, const struct cell *cells)
{
    u->calls_told = true;
    take(u, cells[QUERY_REPORT_USAGE_FEATURE].text, cells[QUERY_REPORT_USAGE_DAY].integer,
         cells[QUERY_REPORT_USAGE_COST_NANO].integer, cells[QUERY_REPORT_USAGE_CALLS].integer);
}

static void take_provider(struct usage *u, const struct cell *cells)
{
    take(u, cells[QUERY_REPORT_PROVIDERS_PROVIDER].text, cells[QUERY_REPORT_PROVIDERS_DAY].integer,
         cells[QUERY_REPORT_PROVIDERS_COST_NANO].integer, 0);
}

static int by_cost(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    return x->nano != y->nano ? (x->nano < y->nano ? 1 : -1)
                              : (x->word > y->word) - (x->word < y->word);
}

static bool load(struct usage *u, bool by_provider, struct fault *why)
{
    const struct query_filter scope = { .now = u->page->from.now,
                                        .since = u->first_day,
                                        .until = u->first_day + DAYS * DAY_S,
                                        .ids = text_z(&u->page->ids) };
    struct cell cells[QUERY_REPORT_USAGE_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(u->page->from.store, by_provider ? QUERY_REPORT_PROVIDERS : QUERY_REPORT_USAGE,
                    &scope, &a, why))
        return false;
    size_t columns = by_provider ? QUERY_REPORT_PROVIDERS_COLUMNS : QUERY_REPORT_USAGE_COLUMNS;
    while (ok && (ok = query_next(a, cells, columns, &more, why)) && more)
        by_provider ? take_provider(u, cells) : take_feature(u, cells);
    query_close(a);
    if (u->count)
        qsort(u->parts, u->count, sizeof *u->parts, by_cost);
    return ok;
}

/* ---- the picture ---- */

static int64_t spent_on(const struct usage *u, int day, size_t from)
{
    int64_t sum = 0;
    for (size_t i = from; i < u->count; i++)
        sum = nano_add(sum, u->parts[i].day_nano[day]);
    return sum;
}

static struct axis axis_of(const struct usage *u)
{
    int64_t most = 0;
    for (int day = 0; day < DAYS; day++) {
        int64_t sum = spent_on(u, day, 0);
        most = sum > most ? sum : most;
    }
    return axis_for(most, 3);
}

static void draw_axis(struct text *out, const struct axis *a)
{
    struct text label = { 0 };
    for (int64_t at = 0; at <= a->most_nano; at += a->step_nano) {
        double y = BOTTOM - (BOTTOM - TOP) * axis_share(a, at);
        text_clear(&label);
        axis_add_amount(a, at, &label);
        svg_level(out, at ? "grid" : "axis", y);
        svg_amount(out, y, span_of(text_z(&label)));
    }
    text_done(&label);
}

static void name_day(const struct usage *u, int day, struct text *out)
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct date d = calendar_date(u->first_day / DAY_S + day);
    text_addf(out, "%d %s", d.day, months[d.month - 1]);
}

static void add_word(const struct usage *u, size_t part, struct text *out)
{
    text_add(out, span_of(u->words.at[u->parts[part].word]));
}

static void draw_part(struct text *out, const struct usage *u, const struct axis *a, int day,
                      size_t rank, const int64_t cut[2])
{
    static const double slot = 100.0 / DAYS;
    char class_[] = "s0";
    struct text hint = { 0 };
    double from = BOTTOM - (BOTTOM - TOP) * axis_share(a, cut[0]),
           until = BOTTOM - (BOTTOM - TOP) * axis_share(a, cut[1]);
    const struct svg_box box = { slot * day + slot * 0.12, until, slot * 0.76, from - until };
    if (cut[1] <= cut[0])
        return;
    class_[1] = (char)('0' + rank);
    name_day(u, day, &hint);
    text_add(&hint, span_of(", "));
    if (rank == PARTS)
        text_add(&hint, span_of("others"));
    else
        add_word(u, rank, &hint);
    text_add(&hint, span_of(": "));
    figure_money(&hint, cut[1] - cut[0]);
    svg_column(out, class_, &box, span_of(text_z(&hint)));
    text_done(&hint);
}

static void draw_day(struct text *out, const struct usage *u, const struct axis *a, int day)
{
    int64_t cut[2] = { 0, 0 };
    for (size_t rank = 0; rank < PARTS && rank < u->count; rank++, cut[0] = cut[1]) {
        cut[1] = nano_add(cut[0], u->parts[rank].day_nano[day]);
        draw_part(out, u, a, day, rank, cut);
    }
    cut[1] = nano_add(cut[0], u->count > PARTS ? spent_on(u, day, PARTS) : 0);
    draw_part(out, u, a, day, PARTS, cut);
    if (day % 7 == 3) {
        struct text label = { 0 };
        name_day(u, day, &label);
        svg_label(out, "middle", 100.0 / DAYS * (day + 0.5), HEIGHT - 8, span_of(text_z(&label)));
        text_done(&label);
    }
}

/* ---- what it adds up to ---- */

static void add_line(struct text *out, const struct usage *u, const char *class_, struct span name,
                     const int64_t sums[2])
{
    text_addf(out, "<tr><th scope=\"row\"><span class=\"dot %s\"></span>", class_);
    markup_add_html(out, name);
    text_add(out, span_of("</th><td>"));
    figure_money(out, sums[0]);
    text_add(out, span_of("</td>"));
    if (u->calls_told) {
        text_add(out, span_of("<td>"));
        figure_count(out, sums[1]);
        text_add(out, span_of("</td>"));
    }
    text_add(out, span_of("</tr>\n"));
}

static void add_sums(struct text *out, const struct usage *u, const char *title)
{
    char class_[] = "s0";
    int64_t others[2] = { 0, 0 };
    text_addf(out,
              "<table class=\"sums\"><tr><th scope=\"col\">%s</th><th scope=\"col\">4 weeks</th>%s"
              "</tr>\n",
              title, u->calls_told ? "<th scope=\"col\">Calls</th>" : "");
    for (size_t i = 0; i < u->count; i++) {
        const struct part *p = &u->parts[i];
        if (i >= PARTS) {
            others[0] = nano_add(others[0], p->nano);
            others[1] = nano_add(others[1], p->calls);
            continue;
        }
        class_[1] = (char)('0' + i);
        add_line(out, u, class_, span_of(u->words.at[p->word]), (int64_t[]){ p->nano, p->calls });
    }
    if (u->count > PARTS)
        add_line(out, u, "s7", span_of("others"), others);
    text_add(out, span_of("</table>\n"));
}

static void add_panel(struct text *out, const struct usage *u, const char *title)
{
    text_addf(out, "<section><h2>Consumption by %s</h2>\n", title);
    if (!u->count) {
        text_add(out,
                 span_of("<p class=\"none\">The usage endpoint has reported none in the last four "
                         "weeks.</p></section>\n"));
        return;
    }
    const struct axis a = axis_of(u);
    struct text words = { 0 };
    text_addf(&words, "Consumption by %s and day", title);
    svg_plot_begin(
        out, "", HEIGHT, span_of(text_z(&words)),
        span_of("Stacked columns for the last four weeks; the table below has the sums."));
    draw_axis(out, &a);
    for (int day = 0; day < DAYS; day++)
        draw_day(out, u, &a, day);
    svg_end(out);
    add_sums(out, u, title);
    text_add(out, span_of("</section>\n"));
    text_done(&words);
}

static bool add_by(struct text *out, const struct token_page *p, bool by_provider,
                   struct fault *why)
{
    struct usage u = { .page = p,
                       .first_day = period_start(PER_DAY, p->from.now) - (DAYS - 1) * DAY_S };
    bool ok = load(&u, by_provider, why);
    if (ok)
        add_panel(out, &u, by_provider ? "provider" : "feature");
    free(u.parts);
    intern_done(&u.words);
    return ok;
}

bool token_add_usage(struct text *out, const struct token_page *p, struct fault *why)
{
    text_add(out, span_of("<div class=\"panels\" id=\"usage\" data-part>\n"));
    if (!add_by(out, p, false, why) || !add_by(out, p, true, why))
        return false;
    text_add(out, span_of("</div>\n"));
    return true;
}
