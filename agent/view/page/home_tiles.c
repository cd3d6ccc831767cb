/* What matters first, and what to choose by. */
#include "base/markup.h"
#include "core/calendar.h"
#include "view/page/figures.h"
#include "view/page/home.h"

static void add_empty_now(struct text *out, const struct home *h)
{
    if (!h->in_state[STATE_EXHAUSTED])
        return;
    text_add_z(out, "<br><a class=\"bad\" href=\"/?state=exhausted\">");
    figure_count(out, (int64_t)h->in_state[STATE_EXHAUSTED]);
    text_add_z(out, " exhausted now</a>");
}

static void add_soonest(struct text *out, const struct home *h)
{
    char left[DURATION_TEXT_BYTES];
    const struct cell *cells = h->soonest.cells;
    figure_tile_begin(out, "Empty soonest");
    if (h->soonest.state == STATES) {
        text_add_z(out, "no end in sight");
        figure_tile_below(out);
        text_add_z(out,
                   h->in_state[STATE_LEARNING] ? "some tokens are still being learned"
                                               : "of any token");
        add_empty_now(out, h);
        figure_tile_end(out);
        return;
    }
    unix_s likely = cells[STANDING_LIKELY].integer;
    text_addf(out, "in %s", duration_format(seconds_between(h->from.now, likely), left));
    figure_tile_below(out);
    figure_token_link(out, cells[STANDING_ACCOUNT].text, cells[STANDING_TOKEN].text);
    text_add_z(out, "<br>likely by ");
    figure_time(out, likely, h->from.now);
    add_empty_now(out, h);
    figure_tile_end(out);
}

static void add_firing(struct text *out, const struct home *h)
{
    bool any = false;
    figure_tile_begin(out, "Alerts firing");
    text_addf(out, "<a href=\"/alerts\">%zu</a>", pulse_firing(&h->pulse));
    figure_tile_below(out);
    for (enum level l = LEVELS - 1; l > LEVEL_NONE; l--) {
        if (!h->pulse.firing[l])
            continue;
        text_addf(out, "<span class=\"level\">%zu ", h->pulse.firing[l]);
        figure_level(out, l);
        text_add_z(out, "</span> ");
        any = true;
    }
    if (!any)
        text_add_z(out, "all quiet");
    figure_tile_end(out);
}

static void add_burn(struct text *out, const struct home *h)
{
    figure_tile_begin(out, "Burn");
    figure_rate(out, (struct maybe_money){ h->burning > 0, { h->burn_nano } });
    figure_tile_below(out);
    text_add_z(out, h->burning == h->tokens ? "of all " : "of ");
    figure_count(out, (int64_t)h->burning);
    text_add_z(out, h->burning == h->tokens ? " tokens" : " tokens whose burn is known");
    figure_tile_end(out);
}

static void add_current(struct text *out, const struct home *h)
{
    char age[DURATION_TEXT_BYTES];
    const struct pulse *p = &h->pulse;
    figure_tile_begin(out, "Data");
    if (p->read_at == TIME_NONE)
        text_add_z(out, "incomplete");
    else
        text_addf(out, "%s old", duration_format(seconds_between(p->read_at, h->from.now), age));
    figure_tile_below(out);
    if (p->failing)
        text_addf(out, "<span class=\"bad\">%zu of %zu accounts fail</span>", p->failing,
                  p->accounts);
    else
        text_addf(out, "<a href=\"/accounts\">%zu account%s</a>, all read", p->accounts,
                  p->accounts == 1 ? "" : "s");
    if (p->next_at != TIME_NONE && p->next_at > h->from.now) {
        text_add_z(out, "<br>next poll ");
        figure_in(out, p->next_at, h->from.now);
    }
    figure_tile_end(out);
}

void home_add_tiles(struct text *out, const struct home *h)
{
    text_add_z(out, "<div class=\"tiles\" id=\"tiles\" data-part>\n");
    add_soonest(out, h);
    add_firing(out, h);
    add_burn(out, h);
    add_current(out, h);
    text_add_z(out, "</div>\n");
}

/* ---- what to choose by ---- */

static void add_select(struct text *out, const char *name, const char *label, const char *chosen,
                       const struct home_choices *c)
{
    if (c->count < 2 && !(chosen && *chosen))
        return;
    text_addf(out, "<label><span>%s</span><select name=\"%s\"><option value=\"\">all</option>",
              label, name);
    for (size_t i = 0; i < c->count; i++) {
        text_add_z(out, "<option");
        if (chosen && span_is(c->at[i], chosen))
            text_add_z(out, " selected");
        text_add_z(out, ">");
        markup_add_html(out, c->at[i]);
        text_add_z(out, "</option>");
    }
    text_add_z(out, "</select></label>\n");
}

/* One click away: the states that there are, with how many have them. */
static void add_state(struct text *out, const struct home *h, const char *slug, const char *name,
                      size_t count)
{
    const char *chosen = h->q.state && *h->q.state ? h->q.state : "";
    text_add_z(out, "<li><a href=\"");
    home_add_address(out, &h->q, slug, 1);
    text_addf(out, "\"%s>", strcmp(chosen, slug) == 0 ? " aria-current=\"true\"" : "");
    text_add_z(out, name);
    text_add_z(out, " <b>");
    figure_count(out, (int64_t)count);
    text_add_z(out, "</b></a></li>\n");
}

static void add_states(struct text *out, const struct home *h)
{
    /* In the order of urgency. */
    static const enum state order[STATES] = {
        STATE_EXHAUSTED,  STATE_RUNS_DRY, STATE_TIGHT,       STATE_SAFE,   STATE_STALE,
        STATE_UNREADABLE, STATE_MISSING,  STATE_LEARNING,    STATE_UNUSED, STATE_IDLE,
        STATE_NO_BUDGET,  STATE_EXPIRED,  STATE_NOT_OFFERED,
    };
    size_t all = 0;
    for (enum state s = 0; s < STATES; s++)
        all += h->by_state[s];
    text_add_z(out, "<nav class=\"states\" aria-label=\"By state\" id=\"states\" data-part><ul>\n");
    add_state(out, h, "", "all", all);
    for (size_t i = 0; i < COUNT(order); i++) {
        struct text shown = { 0 };
        bool chosen = h->q.state && strcmp(h->q.state, state_slug(order[i])) == 0;
        figure_state(&shown, order[i]);
        if (h->by_state[order[i]] || chosen)
            add_state(out, h, state_slug(order[i]), text_z(&shown), h->by_state[order[i]]);
        text_done(&shown);
    }
    text_add_z(out, "</ul></nav>\n");
}

void home_add_filter(struct text *out, const struct home *h)
{
    const struct home_question *q = &h->q;
    bool narrowed = (q->match && *q->match) || (q->account && *q->account)
        || (q->environment && *q->environment);
    text_add_z(
        out,
        "<form class=\"filter\" method=\"get\" action=\"/\" role=\"search\">\n"
        "<label class=\"grow\"><span>Name</span><input type=\"search\" name=\"match\" value=\"");
    markup_add_html(out, span_of(q->match ? q->match : ""));
    text_add_z(out, "\" placeholder=\"part of a name, or prod-*\" autocomplete=\"off\"></label>\n");
    add_select(out, "account", "Account", q->account, &h->accounts);
    add_select(out, "environment", "Environment", q->environment, &h->environments);
    if (q->state && *q->state) {
        text_add_z(out, "<input type=\"hidden\" name=\"state\" value=\"");
        markup_add_html(out, span_of(q->state));
        text_add_z(out, "\">");
    }
    text_add_z(out, "<button>Filter</button>\n");
    if (narrowed)
        text_add_z(out, "<a class=\"clear\" href=\"/\">Clear</a>\n");
    text_add_z(out, "</form>\n");
    add_states(out, h);
}
