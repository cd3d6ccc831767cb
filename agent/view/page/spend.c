/* The same question as `ebb report` has, from a form; what its page shows is written by the report.
 */
#include "view/page/spend.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/markup.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "view/page/figures.h"
#include "view/page/frame.h"
#include "view/report/html.h"

const struct option_row spend_rows[REPORT_OPTIONS] = { REPORT_OPTION_ROWS };

struct spend {
    struct page_source from;
    struct spend_question q;
    struct pulse pulse;
    struct option_value given[REPORT_OPTIONS];
    struct report_query query;
    bool refused; /* why says why */
    struct fault refusal;
    bool begun;
    struct page page; /* meaningful once it is begun and not refused */
};

/* ---- the question ---- */

bool page_spend_question(const struct spend_question *q, unix_s now,
                         struct option_value given[REPORT_OPTIONS], struct report_query *ret,
                         struct fault *why)
{
    const struct option_reading how = { .lead = "", .now = now };
    for (size_t i = 0; i < REPORT_OPTIONS; i++) {
        const char *asked = q->asked[i];
        if (!asked || !*asked)
            option_preset(&spend_rows[i], &how, &given[i]);
        else if (!option_read(&spend_rows[i], &how, asked, &given[i], why))
            return false;
    }
    return report_question(given, &how, ret, why);
}

/* ---- the form ---- */

static bool is_given(const struct spend *s, enum report_option o)
{
    return s->q.asked[o] && *s->q.asked[o];
}

static void add_choice(struct text *out, const struct spend *s, enum report_option o,
                       const char *label)
{
    const char *chosen = is_given(s, o) ? s->q.asked[o] : spend_rows[o].preset;
    text_addf(out, "<label><span>%s</span><select name=\"%s\">", label, spend_rows[o].name);
    for (const char *at = spend_rows[o].value; *at;) {
        size_t len = strcspn(at, "|");
        bool is_it = span_is((struct span){ at, len }, chosen);
        text_addf(out, "<option%s>%.*s</option>", is_it ? " selected" : "", (int)len, at);
        at += len + (at[len] == '|');
    }
    text_add_z(out, "</select></label>\n");
}

static void add_field(struct text *out, const struct spend *s, enum report_option o,
                      const char *label)
{
    text_addf(out, "<label><span>%s</span><input name=\"%s\" autocomplete=\"off\" value=\"", label,
              spend_rows[o].name);
    markup_add_html(out, span_of(is_given(s, o) ? s->q.asked[o] : ""));
    text_add_z(out, "\"></label>\n");
}

/* A day, so that a browser offers its calendar. */
static void add_day(struct text *out, const char *name, const char *label, unix_s at)
{
    char stamp[TIME_TEXT_BYTES] = "";
    text_addf(out,
              "<label><span>%s</span><input type=\"date\" name=\"%s\" value=\"%.10s\"></label>\n",
              label, name, at == TIME_NONE ? "" : calendar_format(at, stamp));
}

/* The same question over another time, given as "since=7d" or "month=2026-10". */
static void add_address(struct text *out, const struct spend *s, const char *time)
{
    const char *before = "?";
    for (enum report_option o = 0; o < REPORT_OPTIONS; o++) {
        bool is_time = o == REPORT_ASK_SINCE || o == REPORT_ASK_UNTIL || o == REPORT_ASK_MONTH;
        if (!is_given(s, o) || (time && is_time))
            continue;
        text_addf(out, "%s%s=", before, spend_rows[o].name);
        text_add_percent(out, span_of(s->q.asked[o]));
        before = "&amp;";
    }
    if (time)
        text_addf(out, "%s%s", before, time);
}

static void add_time(struct text *out, const struct spend *s, const char *time, const char *words)
{
    bool is_it = (strncmp(time, "since=", 6) == 0 && !is_given(s, REPORT_ASK_MONTH)
                  && !is_given(s, REPORT_ASK_UNTIL)
                  && strcmp(time + 6,
                            is_given(s, REPORT_ASK_SINCE) ? s->q.asked[REPORT_ASK_SINCE]
                                                          : spend_rows[REPORT_ASK_SINCE].preset)
                      == 0)
        || (strncmp(time, "month=", 6) == 0 && is_given(s, REPORT_ASK_MONTH)
            && strcmp(time + 6, s->q.asked[REPORT_ASK_MONTH]) == 0);
    text_add_z(out, "<li><a href=\"/spend");
    add_address(out, s, time);
    text_addf(out, "\"%s>%s</a></li>\n", is_it ? " aria-current=\"true\"" : "", words);
}

static void add_times(struct text *out, const struct spend *s)
{
    char month[32];
    struct date d = calendar_date(s->from.now / DAY_S);
    text_add_z(out, "<nav class=\"states\" aria-label=\"Period\"><ul>\n");
    add_time(out, s, "since=7d", "7 days");
    add_time(out, s, "since=30d", "30 days");
    add_time(out, s, "since=90d", "90 days");
    snprintf(month, sizeof month, "month=%04d-%02d", d.year, d.month);
    add_time(out, s, month, "this month");
    snprintf(month, sizeof month, "month=%04d-%02d", d.month > 1 ? d.year : d.year - 1,
             d.month > 1 ? d.month - 1 : 12);
    add_time(out, s, month, "last month");
    add_time(out, s, "since=365d", "1 year");
    text_add_z(out, "</ul></nav>\n");
}

static void add_form(struct text *out, const struct spend *s)
{
    bool ended = is_given(s, REPORT_ASK_UNTIL) || is_given(s, REPORT_ASK_MONTH);
    text_add_z(out, "<form class=\"filter\" method=\"get\" action=\"/spend\">\n");
    add_choice(out, s, REPORT_ASK_BY, "By");
    add_choice(out, s, REPORT_ASK_PER, "Per");
    add_day(out, "since", "Since (UTC)", s->refused ? TIME_NONE : s->query.during.since);
    add_day(out, "until", "Until, not included",
            s->refused || !ended ? TIME_NONE : s->query.during.until);
    add_field(out, s, REPORT_ASK_TOKEN, "Tokens, such as prod-*");
    add_field(out, s, REPORT_ASK_ENVIRONMENT, "Environment");
    add_field(out, s, REPORT_ASK_ACCOUNT, "Account");
    add_choice(out, s, REPORT_ASK_SOURCE, "Source");
    text_add_z(out, "<button>Show</button>\n<a class=\"clear\" href=\"/spend\">Clear</a>");
    if (!s->refused) {
        text_add_z(out, "<a class=\"clear\" href=\"/spend.csv");
        add_address(out, s, NULL);
        text_add_z(out, "\" download>CSV</a>");
    }
    text_add_z(out, "</form>\n");
}

/* ---- the page ---- */

static void add_refusal(struct text *out, const struct fault *why)
{
    text_add_z(out, "<section class=\"empty\" role=\"alert\"><p>");
    markup_add_html(out, span_of(why->text));
    text_add_z(out, "</p></section>\n");
}

static void begin_page(struct text *out, const struct spend *s)
{
    const struct page_frame frame = {
        .place = AT_SPEND, .title = span_of("Spend"), .pulse = &s->pulse, .now = s->from.now
    };
    page_begin(out, &frame);
    text_add_z(out, "<h1>Spend</h1>\n");
    add_times(out, s);
    add_form(out, s);
    if (s->refused)
        add_refusal(out, &s->refusal);
}

bool page_spend_begin(const struct page_source *from, const struct spend_question *q,
                      struct spend **ret, struct fault *why)
{
    struct spend *s = xcalloc(1, sizeof *s);
    s->from = *from;
    s->q = *q;
    s->refused = !page_spend_question(q, from->now, s->given, &s->query, &s->refusal);
    s->query.sums_max = REPORT_PAGE_SUMS;
    if (!pulse_load(from, &s->pulse, why)) {
        page_spend_end(s);
        return false;
    }
    *ret = s;
    return true;
}

/* Up to what the report says. */
static void begin(struct spend *s, struct text *out)
{
    s->begun = true;
    begin_page(out, s);
    if (s->refused)
        return;
    page_init(&s->page, &s->query, out);
    s->page.links = s->query.by == BY_TOKEN;
    text_add_z(out, "<p class=\"soft\">");
    page_scope(&s->page);
    text_add_z(out, "</p>\n");
}

bool page_spend_step(struct spend *s, struct writer *w, bool *ret_more, struct fault *why)
{
    bool more = false;
    s->page.out = &w->text;
    if (!s->begun) {
        begin(s, &w->text);
        more = !s->refused;
    } else if (!page_step(s->from.store, &s->page, &more, why)) {
        if (why->kind != FAULT_REJECT)
            return false;
        add_refusal(&w->text, why);
    } else if (!more) {
        page_legend(&s->page);
    }
    *ret_more = more;
    if (!more)
        page_end(&w->text);
    return true;
}

void page_spend_end(struct spend *s)
{
    if (!s)
        return;
    if (s->begun && !s->refused)
        page_done(&s->page);
    pulse_done(&s->pulse);
    free(s);
}
