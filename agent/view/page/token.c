/* The same reading of a token as `ebb forecast` has, with its picture drawn for a browser. */
#include "view/page/token.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "view/page/figures.h"
#include "view/page/frame.h"

static const struct {
    const char *name, *words;
    int64_t seconds;
} spans[] = {
    { "1d", "1 day", DAY_S },
    { "1w", "1 week", WEEK_S },
    { "4w", "4 weeks", 4 * WEEK_S },
};

void token_add_address(struct text *out, const struct token_page *p, const char *span,
                       const char *what_if)
{
    size_t start = out->len;
    figure_token_path(out, span_of(p->q.account), span_of(p->q.token));
    const char *before = memchr(out->at + start, '?', out->len - start) ? "&amp;" : "?";
    if (span) {
        text_addf(out, "%sspan=%s", before, span);
        before = "&amp;";
    }
    if (what_if && *what_if) {
        text_addf(out, "%swhat_if=", before);
        text_add_percent(out, span_of(what_if));
    }
}

/* As far back as the forecast looks ahead, so that slopes can be compared. */
static size_t span_of_picture(const struct token_page *p)
{
    const struct forecast *f = &p->input.forecast;
    size_t i = 0;
    int64_t ahead =
        forecast_has_times(f) && f->likely < TIME_FAR ? f->likely - p->from.now : WEEK_S;
    for (i = 0; p->q.span && i < COUNT(spans); i++)
        if (strcmp(spans[i].name, p->q.span) == 0)
            return i;
    for (i = 0; i + 1 < COUNT(spans) && spans[i].seconds < ahead; i++)
        ;
    return i;
}

static void set_times(struct token_page *p)
{
    const struct forecast *f = &p->input.forecast;
    size_t chosen = span_of_picture(p);
    int64_t behind = spans[chosen].seconds, ahead = behind / 8;
    if (forecast_has_times(f))
        ahead = f->late < TIME_FAR ? f->late - p->from.now + behind / 20 : behind;
    ahead = ahead > behind ? behind : ahead < behind / 8 ? behind / 8 : ahead;
    p->span = spans[chosen].name;
    p->since = p->from.now - behind;
    p->until = p->from.now + ahead;
}

/* "20" is meant as "+20". */
static void ask_what_if(struct token_page *p, struct text *room)
{
    const char *asked = p->q.what_if;
    if (!asked || !*asked)
        return;
    text_addf(room, "%s%s", isdigit((unsigned char)*asked) ? "+" : "", asked);
    p->refused = !forecast_ask_what_if(&p->view, text_z(room), &p->refusal);
}

/* The name of a slug; none: an empty name, which no token has. */
static bool name_of_slug(struct token_page *p, struct fault *why)
{
    const struct query_filter scope = { .now = p->from.now,
                                        .since = TIME_NONE,
                                        .until = TIME_NONE,
                                        .token = p->q.slug,
                                        .account = p->q.account };
    struct cell cells[QUERY_SLUG_COLUMNS];
    struct query_result *a;
    bool row;
    if (!query_open(p->from.store, QUERY_SLUG, &scope, &a, why))
        return false;
    bool ok = query_next(a, cells, QUERY_SLUG_COLUMNS, &row, why);
    if (ok && row)
        text_add(&p->name, cells[QUERY_SLUG_TOKEN].text);
    query_close(a);
    if (ok && !row)
        return fault(why, FAULT_REJECT, "no token of account %s is called \"%s\" in topics",
                     p->q.account, p->q.slug);
    p->q.token = text_z(&p->name);
    return ok;
}

static bool load(struct token_page *p, struct fault *why)
{
    if ((p->q.slug && !name_of_slug(p, why))
        || !forecast_input_load(p->from.store, p->q.token, p->q.account, p->from.now, &p->input,
                                why))
        return false;
    p->view = (struct forecast_view){ .subject = &p->input,
                                      .settings = p->from.settings,
                                      .until = TIME_NONE };
    text_addf(&p->ids, "[%lld]", (long long)p->input.token->id);
    set_times(p);
    ask_what_if(p, &p->asked);
    return true;
}

static void add_spans(struct text *out, const struct token_page *p)
{
    text_add(out, span_of("<nav class=\"states\" aria-label=\"Span of the picture\"><ul>"));
    for (size_t i = 0; i < COUNT(spans); i++) {
        text_add(out, span_of("<li><a href=\""));
        token_add_address(out, p, spans[i].name, p->q.what_if);
        text_addf(out, "\"%s>%s</a></li>",
                  strcmp(spans[i].name, p->span) == 0 ? " aria-current=\"true\"" : "",
                  spans[i].words);
    }
    text_add(out, span_of("</ul></nav>\n"));
}

/* ---- the page, in steps ---- */

static bool load_pulse(struct text *out, struct token_page *p, struct fault *why)
{
    (void)out;
    return pulse_load(&p->from, &p->pulse, why);
}

static bool load_readings(struct text *out, struct token_page *p, struct fault *why)
{
    (void)out;
    return forecast_input_read(p->from.store, &p->input, p->since, why);
}

static bool load_marks(struct text *out, struct token_page *p, struct fault *why)
{
    (void)out;
    return token_marks_load(p, why);
}

static bool add_head(struct text *out, struct token_page *p, struct fault *why)
{
    const struct page_frame frame = {
        .place = AT_TOKEN, .title = span_of(p->q.token), .pulse = &p->pulse, .now = p->from.now
    };
    (void)why;
    page_begin(out, &frame);
    token_add_head(out, p);
    text_add(out,
             span_of("<section id=\"picture\" data-part><div class=\"titled\">"
                     "<h2>Balance and forecast</h2>"));
    add_spans(out, p);
    text_add(out, span_of("</div>\n"));
    token_add_chart(out, p);
    text_add(out, span_of("</section>\n"));
    token_add_what_if(out, p);
    return true;
}

static bool add_usage(struct text *out, struct token_page *p, struct fault *why)
{
    return token_add_usage(out, p, why);
}

static bool add_rest(struct text *out, struct token_page *p, struct fault *why)
{
    (void)why;
    token_add_heat(out, p);
    text_add(out, span_of("<div class=\"panels\">\n"));
    token_add_marks(out, p);
    token_add_record(out, p);
    text_add(out, span_of("</div>\n"));
    page_end(out);
    return true;
}

static bool (*const steps[])(struct text *out, struct token_page *p, struct fault *why) = {
    load_pulse, load_readings, load_marks, add_head, add_usage, add_rest,
};

bool page_token_begin(const struct page_source *from, const struct token_question *q,
                      struct token_page **ret, struct fault *why)
{
    struct token_page *p = xcalloc(1, sizeof *p);
    p->from = *from;
    p->q = *q;
    if (!load(p, why)) {
        page_token_end(p);
        return false;
    }
    *ret = p;
    return true;
}

bool page_token_next(struct token_page *p, struct writer *w, bool *ret_more, struct fault *why)
{
    if (!steps[p->step++](&w->text, p, why))
        return false;
    *ret_more = p->step < COUNT(steps);
    return true;
}

void page_token_end(struct token_page *p)
{
    if (!p)
        return;
    token_marks_done(p);
    forecast_input_done(&p->input);
    pulse_done(&p->pulse);
    text_done(&p->ids);
    text_done(&p->name);
    text_done(&p->asked);
    free(p);
}
