/* What a token is, how it stands, and until when; the same for a change that is only thought of. */
#include <inttypes.h>

#include "base/markup.h"
#include "core/calendar.h"
#include "core/naming.h"
#include "view/page/figures.h"
#include "view/page/token.h"

static void add_left(struct text *out, unix_s at, unix_s now)
{
    char left[DURATION_TEXT_BYTES];
    if (at >= TIME_FAR)
        text_add_z(out, "no end in sight");
    else
        text_addf(out, "in %s", duration_format(seconds_between(now, at), left));
}

/* ---- until when ---- */

static void add_time(struct text *out, const char *name, const char *chance, unix_s at, unix_s now)
{
    text_addf(out, "<tr><th scope=\"row\">%s</th><td class=\"words\">", name);
    add_left(out, at, now);
    text_add_z(out, "</td><td class=\"words\">");
    if (at < TIME_FAR)
        figure_time(out, at, now);
    text_addf(out, "</td><td class=\"words soft\">%s</td></tr>\n", chance);
}

static void add_times(struct text *out, const struct forecast *f)
{
    text_add_z(
        out,
        "<div class=\"wide\"><table class=\"times\"><tr><th scope=\"col\">Forecast</th>"
        "<th scope=\"col\" class=\"words\">Empty</th><th scope=\"col\" class=\"words\">On</th>"
        "<th scope=\"col\" class=\"words\">Lasts longer</th></tr>\n");
    add_time(out, "early", "9 times in 10", f->early, f->read_at);
    add_time(out, "likely", "5 times in 10", f->likely, f->read_at);
    add_time(out, "late", "1 time in 10", f->late, f->read_at);
    text_add_z(out, "</table></div>\n");
}

static void add_horizon(struct text *out, const struct forecast *f, const struct reading *r)
{
    unix_s now = f->read_at;
    if (calendar_next_reset(r->period, now) == f->horizon) {
        text_add_z(out, "Next reset ");
        figure_time(out, f->horizon, now);
        if (r->reset_amount.known) {
            text_add_z(out, " to ");
            figure_money(out, r->reset_amount.is.nano);
        }
    } else {
        text_add_z(out, r->expires == f->horizon ? "Expires " : "Over the next week, until ");
        figure_time(out, f->horizon, now);
    }
    if (f->lasts >= 0 && forecast_has_times(f))
        text_addf(out, ": a chance of <b>%s%.0f %%</b> that it lasts until then",
                  f->lasts > 0.99       ? "over "
                      : f->lasts < 0.01 ? "under "
                                        : "",
                  f->lasts > 0.99       ? 99.0
                      : f->lasts < 0.01 ? 1.0
                                        : 100 * f->lasts);
    text_add_z(out, ".");
}

/* What there is to say without times. */
static const char *const standing_words[STATES] = {
    [STATE_LEARNING] = "Still learning: too few readings for a forecast yet.",
    [STATE_NO_BUDGET] =
        "No budget: it spends its account\xe2\x80\x99s credits and cannot run out on its own.",
    [STATE_STALE] = "Stale: its last reading is too old for a forecast.",
    [STATE_UNUSED] = "Not used yet: nothing was spent since Ebb began to watch it.",
    [STATE_IDLE] = "Idle: nothing was spent in the last week, no end in sight.",
    [STATE_EXHAUSTED] = "Exhausted: nothing is left, and calls are refused.",
    [STATE_UNREADABLE] = "Unreadable: its entry in the API\xe2\x80\x99s last answer is invalid.",
    [STATE_MISSING] = "Missing: it is not in the last token list.",
    [STATE_EXPIRED] = "Expired: its calls are refused.",
    [STATE_NOT_OFFERED] = CREDITS_NOT_OFFERED_REASON,
};

static void add_until(struct text *out, const struct token_page *p)
{
    const struct forecast_input *s = &p->input;
    const struct forecast *f = &s->forecast;
    if (state_has_times(s->state)) {
        text_add_z(out,
                   f->limit == LIMIT_CREDITS
                       ? "<p class=\"lead\">Runs out with its account\xe2\x80\x99s "
                         "credits, likely <b>"
                       : "<p class=\"lead\">Runs out, likely <b>");
        add_left(out, f->likely, f->read_at);
        text_add_z(out, "</b>.");
    } else {
        text_addf(out, "<p class=\"lead\">%s", standing_words[s->state]);
    }
    text_add_z(out, "</p>\n");
    if (state_has_times(s->state))
        add_times(out, f);
    if (state_is_in_use(s->state) && s->state != STATE_NO_BUDGET && s->state != STATE_STALE
        && f->horizon != TIME_NONE) {
        text_add_z(out, "<p class=\"soft\">");
        add_horizon(out, f, &s->token->last);
        text_add_z(out, "</p>\n");
    }
}

/* ---- what it is ---- */

static void add_fact(struct text *out, const char *name, struct span value)
{
    if (!value.len)
        return;
    text_addf(out, "<span>%s <b>", name);
    markup_add_html(out, value);
    text_add_z(out, "</b></span> ");
}

static void add_facts(struct text *out, const struct token_page *p)
{
    struct span name = span_of(p->q.token);
    text_add_z(out, "<p class=\"facts\">");
    add_fact(out, "account", span_of(text_z(&p->input.account)));
    add_fact(out, "environment", naming_environment(name));
    add_fact(out, "project", naming_project(name));
    add_fact(out, "type", span_of(p->input.token->last.type));
    text_add_z(out, "</p>\n");
}

static void add_balance_tile(struct text *out, const struct token_page *p)
{
    const struct token *t = p->input.token;
    figure_tile_begin(out, "Balance");
    figure_amount(out, t->last.balance);
    figure_tile_below(out);
    text_add_z(out, "read ");
    figure_ago(out, t->seen_at, p->from.now);
    if (p->input.forecast.available.known && p->input.forecast.limit == LIMIT_CREDITS) {
        text_add_z(out, "<br>the account has ");
        figure_money(out, p->input.forecast.available.is.nano);
    }
    figure_tile_end(out);
}

static struct maybe_money rate_of(const struct token_page *p, enum burn_window w)
{
    const struct burn_rate *r = &p->input.rates[w];
    return (struct maybe_money){ r->known, { r->nano_per_h } };
}

static void add_burn_tile(struct text *out, const struct token_page *p)
{
    enum burn_window shown = BURN_24H;
    figure_tile_begin(out, "Burn over 24 hours");
    figure_rate(out, rate_of(p, shown));
    figure_tile_below(out);
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        if (w == shown)
            continue;
        text_addf(out, "<span class=\"level\">%s ", burn_window_name(w));
        figure_rate(out, rate_of(p, w));
        text_add_z(out, "</span> ");
    }
    figure_tile_end(out);
}

static void add_turn_tile(struct text *out, const struct token_page *p)
{
    const struct reading *r = &p->input.token->last;
    unix_s now = p->from.now, reset = calendar_next_reset(r->period, now);
    if (reset != TIME_NONE) {
        figure_tile_begin(out, "Next reset");
        add_left(out, reset, now);
        figure_tile_below(out);
        text_add_z(out, calendar_period_name(r->period));
        if (r->reset_amount.known) {
            text_add_z(out, ", to ");
            figure_money(out, r->reset_amount.is.nano);
        }
        figure_tile_end(out);
    }
    if (r->expires == TIME_NONE)
        return;
    figure_tile_begin(out, "Expires");
    add_left(out, r->expires, now);
    figure_tile_below(out);
    figure_time(out, r->expires, now);
    figure_tile_end(out);
}

void token_add_head(struct text *out, const struct token_page *p)
{
    text_add_z(out, "<div id=\"head\" data-part>\n<h1>");
    markup_add_html(out, span_of(p->q.token));
    text_addf(out, " <span class=\"badge %s\">", state_slug(p->input.state));
    figure_state(out, p->input.state);
    text_add_z(out, "</span></h1>\n");
    add_facts(out, p);
    text_add_z(out, "<div class=\"tiles\">\n");
    add_balance_tile(out, p);
    add_burn_tile(out, p);
    add_turn_tile(out, p);
    text_add_z(out, "</div>\n<section>");
    add_until(out, p);
    text_add_z(out, "</section></div>\n");
}

/* ---- what would be ---- */

static void add_gain(struct text *out, const struct forecast *is, const struct forecast *as_if)
{
    char more[DURATION_TEXT_BYTES];
    if (!forecast_has_times(is) || is->likely >= TIME_FAR || as_if->likely >= TIME_FAR)
        return;
    int64_t seconds = seconds_between(is->likely, as_if->likely);
    text_addf(out, ", %s %s than without", duration_format(seconds < 0 ? -seconds : seconds, more),
              seconds < 0 ? "earlier" : "later");
}

static void add_answer(struct text *out, const struct token_page *p)
{
    const struct forecast *f = &p->view.if_forecast;
    text_add_z(out, "<p class=\"lead\">With <b>");
    markup_add_html(out, span_of(p->view.what_if_text));
    text_add_z(out, "</b>");
    if (p->view.if_reading.balance.known) {
        text_add_z(out, ", starting at ");
        figure_money(out, p->view.if_reading.balance.is.nano);
    }
    if (!forecast_has_times(f)) {
        text_addf(out, ": %s.</p>\n", forecast_verdict_name(f->verdict));
        return;
    }
    text_add_z(out, ": empty <b>");
    add_left(out, f->likely, f->read_at);
    text_add_z(out, "</b>");
    add_gain(out, &p->input.forecast, f);
    text_add_z(out, ".</p>\n");
    add_times(out, f);
    text_add_z(out, "<p class=\"soft\">");
    add_horizon(out, f, &p->view.if_reading);
    text_add_z(out, "</p>\n");
}

void token_add_what_if(struct text *out, const struct token_page *p)
{
    struct span name = span_of(p->q.token);
    char slug[SLUG_BYTES];
    if (!p->input.token->last.balance.known || !state_is_in_use(p->input.state))
        return;
    text_add_z(out,
               "<section id=\"what-if\"><h2>What if?</h2>\n<form class=\"filter\" method=\"get\" "
               "action=\"");
    naming_slug(name, slug);
    if (figure_has_path(name))
        figure_token_path(out, span_of(p->q.account), name);
    else
        text_add_z(out, "/token");
    text_add_z(out, "\">");
    if (!figure_has_path(name))
        text_addf(out,
                  "<input type=\"hidden\" name=\"account\" value=\"%s\"><input type=\"hidden\" "
                  "name=\"slug\" value=\"%s\">",
                  text_z(&p->input.account), slug);
    text_addf(out, "<input type=\"hidden\" name=\"span\" value=\"%s\">", p->span);
    text_add_z(
        out,
        "<label class=\"grow\"><span>A top-up in USD, such as 20 or -5, or another pace, such as "
        "burn x1.5</span><input name=\"what_if\" autocomplete=\"off\" value=\"");
    markup_add_html(out, span_of(p->q.what_if && *p->q.what_if ? p->q.what_if : "20"));
    text_add_z(out, "\"></label><button>Show</button>");
    if (p->q.what_if && *p->q.what_if) {
        text_add_z(out, "<a class=\"clear\" href=\"");
        token_add_address(out, p, p->span, NULL);
        text_add_z(out, "\">Clear</a>");
    }
    text_add_z(out, "</form>\n");
    if (p->refused) {
        text_add_z(out, "<p class=\"bad\" role=\"alert\">");
        markup_add_html(out, span_of(p->refusal.text));
        text_add_z(out, "</p>\n");
    } else if (p->view.what_if_text) {
        add_answer(out, p);
    }
    text_add_z(out, "</section>\n");
}
