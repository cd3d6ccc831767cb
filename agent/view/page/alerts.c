/* What fires, in the words of now; and what fired, in the words of its time. */
#include "view/alerts.h"

#include <stdlib.h>

#include "base/markup.h"
#include "base/xmalloc.h"
#include "edge/config.h"
#include "view/page/figures.h"
#include "view/page/frame.h"

enum { ROWS_MAX = 200 };

static const struct {
    const char *name, *words;
    int64_t seconds;
} spans[] = {
    { "1d", "1 day", DAY_S },
    { "1w", "1 week", WEEK_S },
    { "4w", "4 weeks", 4 * WEEK_S },
    { "1y", "1 year", 52 * WEEK_S },
};
enum { SPAN_PRESET = 1 };

struct alerts_page {
    struct page_source from;
    size_t span;
    struct alerts_query firing_now;
    struct alerts_run *run;    /* NULL: all were taken */
    struct past_run *past_run; /* NULL: not begun yet */
    struct pulse pulse;
    struct text firing; /* rows, as HTML */
    size_t firing_count;
    struct text past[ROWS_MAX]; /* a ring of the newest */
    size_t past_count;
};

/* Whom it is about: a token has a page, an account and its credits share one. */
static void add_subject(struct text *out, struct span account, struct span token)
{
    bool is_token = !span_is(token, "(account)") && !span_is(token, "(credits)");
    text_add(out, span_of("<th scope=\"row\">"));
    if (is_token)
        figure_token_link(out, account, token);
    else
        text_add(out,
                 span_of(span_is(token, "(credits)") ? "<a href=\"/accounts\">credits</a>"
                                                     : "<a href=\"/accounts\">account</a>"));
    text_add(out, span_of("<span class=\"soft\">"));
    markup_add_html(out, account);
    text_add(out, span_of("</span></th>"));
}

static void add_level(struct text *out, struct span name)
{
    enum level level;
    text_add(out, span_of("<td class=\"words what\">"));
    if (level_named(name, &level))
        figure_level(out, level);
    else
        text_add(out, span_of("<span class=\"soft\">\xe2\x80\x93</span>"));
    text_add(out, span_of("</td>"));
}

static void add_prose(struct text *out, struct span words)
{
    text_add(out, span_of("<td class=\"words\">"));
    markup_add_html(out, words);
    text_add(out, span_of("</td>"));
}

static void add_rule(struct text *out, struct span rule)
{
    text_add(out, span_of("<td class=\"words rule\">"));
    markup_add_html(out, rule);
    text_add(out, span_of("</td>"));
}

static void take_firing(void *to, const struct alert_firing *f)
{
    struct alerts_page *p = to;
    struct text *out = &p->firing;
    if (p->firing_count++ >= ROWS_MAX)
        return;
    text_add(out, span_of("<tr>"));
    add_subject(out, f->asked[QUERY_ALERTS_ACCOUNT].text, f->asked[QUERY_ALERTS_TOKEN].text);
    add_level(out, f->asked[QUERY_ALERTS_LEVEL].text);
    add_prose(out, span_of(f->words));
    add_rule(out, f->asked[QUERY_ALERTS_RULE].text);
    text_add(out, span_of("<td>"));
    figure_ago(out, cell_time(&f->asked[QUERY_ALERTS_SINCE]), p->from.now);
    text_add(out, span_of("</td></tr>\n"));
}

static void take_past(void *to, const struct cell *cells)
{
    struct alerts_page *p = to;
    struct text *out = &p->past[p->past_count++ % ROWS_MAX];
    text_clear(out);
    text_add(out, span_of("<tr>"));
    add_subject(out, cells[QUERY_EVENTS_ACCOUNT].text, cells[QUERY_EVENTS_TOKEN].text);
    add_level(out, cells[QUERY_EVENTS_LEVEL].text);
    text_add(out, span_of("<td class=\"words\"><b>"));
    markup_add_html(out, cells[QUERY_EVENTS_KIND].text);
    text_add(out, span_of("</b> "));
    markup_add_html(out, alerts_words(cells).text);
    text_add(out, span_of("</td>"));
    add_rule(out, cells[QUERY_EVENTS_RULE].text);
    text_add(out, span_of("<td>"));
    figure_time(out, cell_time(&cells[QUERY_EVENTS_AT]), p->from.now);
    text_add(out, span_of("</td></tr>\n"));
}

static bool load_some_past(struct alerts_page *p, bool *ret_more, struct fault *why)
{
    const struct query_filter scope = { .now = p->from.now,
                                        .since = p->from.now - spans[p->span].seconds,
                                        .until = TIME_NONE };
    return (p->past_run || past_run_begin(p->from.store, &scope, take_past, p, &p->past_run, why))
        && past_run_step(p->past_run, ret_more, why);
}

static bool load_some_firing(struct alerts_page *p, struct fault *why)
{
    bool more;
    if (!alerts_run_step(p->run, &more, why))
        return false;
    if (more)
        return true;
    alerts_run_end(p->run);
    p->run = NULL;
    return true;
}

/* ---- the page ---- */

static void begin_table(struct text *out, const char *caption, const char *when)
{
    text_addf(
        out,
        "<table class=\"alerts\"><caption class=\"unseen\">%s</caption>\n<thead><tr>"
        "<th scope=\"col\">Token</th><th scope=\"col\" class=\"words\">Level</th>"
        "<th scope=\"col\" class=\"words\">What</th><th scope=\"col\" class=\"words rule\">Rule"
        "</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
        caption, when);
}

static void add_firing(struct text *out, const struct alerts_page *p)
{
    text_add(out, span_of("<section id=\"firing\" data-part><h2>Firing now</h2>\n"));
    if (!p->firing_count) {
        text_add(out,
                 span_of("<p class=\"none\"><svg class=\"shape check\" aria-hidden=\"true\"><use "
                         "href=\"#check\"/></svg>No alert is firing.</p></section>\n"));
        return;
    }
    begin_table(out, "Alerts that fire, the worst and oldest first", "Since");
    text_add(out, (struct span){ text_z(&p->firing), p->firing.len });
    text_add(out, span_of("</tbody></table>\n"));
    if (p->firing_count > ROWS_MAX)
        text_addf(out, "<p class=\"soft\">and %zu more</p>", p->firing_count - ROWS_MAX);
    text_add(out, span_of("</section>\n"));
}

static void add_spans(struct text *out, const struct alerts_page *p)
{
    text_add(out, span_of("<nav class=\"states\" aria-label=\"How far back\"><ul>"));
    for (size_t i = 0; i < COUNT(spans); i++)
        text_addf(out, "<li><a href=\"/alerts?span=%s\"%s>%s</a></li>", spans[i].name,
                  i == p->span ? " aria-current=\"true\"" : "", spans[i].words);
    text_add(out, span_of("</ul></nav>\n"));
}

static void add_past(struct text *out, const struct alerts_page *p)
{
    size_t shown = p->past_count < ROWS_MAX ? p->past_count : ROWS_MAX;
    text_add(
        out,
        span_of("<section id=\"past\" data-part><div class=\"titled\"><h2>What happened</h2>"));
    add_spans(out, p);
    text_add(out, span_of("</div>\n"));
    if (!shown) {
        text_add(out,
                 span_of("<p class=\"none\">No alert began, changed or ended in this time.</p>"
                         "</section>\n"));
        return;
    }
    begin_table(out, "Past events, the newest first", "At");
    for (size_t i = 0; i < shown; i++) {
        const struct text *row = &p->past[(p->past_count - 1 - i) % ROWS_MAX];
        text_add(out, (struct span){ text_z(row), row->len });
    }
    text_add(out, span_of("</tbody></table>\n"));
    if (shown < p->past_count)
        text_addf(out,
                  "<p class=\"soft\">and %zu before these: see <code>ebb alerts --past</code></p>",
                  p->past_count - shown);
    text_add(out, span_of("</section>\n"));
}

static void add_page(struct text *out, const struct alerts_page *p)
{
    const struct page_frame frame = {
        .place = AT_ALERTS, .title = span_of("Alerts"), .pulse = &p->pulse, .now = p->from.now
    };
    page_begin(out, &frame);
    text_add(out, span_of("<h1 class=\"unseen\">Alerts</h1>\n"));
    add_firing(out, p);
    add_past(out, p);
    page_end(out);
}

static size_t span_named(const char *name)
{
    for (size_t i = 0; name && i < COUNT(spans); i++)
        if (strcmp(spans[i].name, name) == 0)
            return i;
    return SPAN_PRESET;
}

bool page_alerts_begin(const struct page_source *from, const char *span, struct alerts_page **ret,
                       struct fault *why)
{
    struct alerts_page *p = xcalloc(1, sizeof *p);
    p->from = *from;
    p->span = span_named(span);
    p->firing_now.scope = query_at(from->now, NULL);
    if (from->settings)
        p->firing_now.rules =
            (struct rule_set){ from->settings->rules, from->settings->rule_count };
    if (!pulse_load(from, &p->pulse, why)
        || !alerts_run_begin(from->store, &p->firing_now, take_firing, p, &p->run, why)) {
        page_alerts_end(p);
        return false;
    }
    *ret = p;
    return true;
}

bool page_alerts_step(struct alerts_page *p, struct writer *w, bool *ret_more, struct fault *why)
{
    *ret_more = true;
    if (p->run)
        return load_some_firing(p, why);
    if (!load_some_past(p, ret_more, why))
        return false;
    if (!*ret_more)
        add_page(&w->text, p);
    return true;
}

void page_alerts_end(struct alerts_page *p)
{
    if (!p)
        return;
    alerts_run_end(p->run);
    past_run_end(p->past_run);
    pulse_done(&p->pulse);
    text_done(&p->firing);
    for (size_t i = 0; i < ROWS_MAX; i++)
        text_done(&p->past[i]);
    free(p);
}
