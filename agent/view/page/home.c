/* All tokens are looked at, since their order and the counts beside the filter are of all of them;
 * only the rows of one page are drawn. */
#include "view/page/home.h"

#include <stdlib.h>
#include <strings.h>

#include "base/markup.h"
#include "base/xmalloc.h"
#include "core/naming.h"
#include "view/page/figures.h"
#include "view/page/frame.h"

static bool is_given(const char *word)
{
    return word && *word;
}

/* ---- which tokens ---- */

static bool holds_part(struct span name, const char *part)
{
    size_t len = strlen(part);
    for (size_t i = 0; i + len <= name.len; i++)
        if (strncasecmp(name.at + i, part, len) == 0)
            return true;
    return false;
}

static bool is_named(struct span name, const char *match)
{
    if (!is_given(match))
        return true;
    return strpbrk(match, "*?") ? naming_matches(match, name) : holds_part(name, match);
}

static bool is_asked(const struct home_question *q, const struct cell *cells)
{
    struct span name = cells[STANDING_TOKEN].text;
    return (!is_given(q->account) || span_is(cells[STANDING_ACCOUNT].text, q->account))
        && (!is_given(q->environment) || span_is(naming_environment(name), q->environment))
        && is_named(name, q->match);
}

static void add_choice(struct home_choices *c, struct span name)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].len == name.len && memcmp(c->at[i].at, name.at, name.len) == 0)
            return;
    if (c->count == HOME_CHOICES_MAX)
        c->left_out++;
    else
        c->at[c->count++] = name;
}

static void look_at(struct home *h, const struct home_row *row)
{
    const struct cell *burn = &row->cells[STANDING_BURN];
    unix_s likely = cell_time(&row->cells[STANDING_LIKELY]);
    struct span environment = naming_environment(row->cells[STANDING_TOKEN].text);
    h->tokens++;
    h->in_state[row->state]++;
    if (burn->kind == CELL_INTEGER && burn->integer >= 0) {
        h->burn_nano = nano_add(h->burn_nano, burn->integer);
        h->burning++;
    }
    if (h->soonest.state == STATES && state_has_times(row->state) && likely != TIME_NONE)
        h->soonest = *row;
    add_choice(&h->accounts, row->cells[STANDING_ACCOUNT].text);
    if (environment.len)
        add_choice(&h->environments, environment);
}

static void begin_choosing(struct home *h)
{
    h->soonest.state = STATES;
    h->rows = xcalloc(HOME_ROWS, sizeof *h->rows);
}

static void choose(struct home *h, const struct home_row *row)
{
    size_t first = (h->q.page - 1) * HOME_ROWS;
    look_at(h, row);
    if (!is_asked(&h->q, row->cells))
        return;
    h->by_state[row->state]++;
    if (is_given(h->q.state) && strcmp(h->q.state, state_slug(row->state)) != 0)
        return;
    if (h->matches >= first && h->row_count < HOME_ROWS)
        h->rows[h->row_count++] = *row;
    h->matches++;
}

/* True: there are more. */
static bool choose_some(struct home *h)
{
    enum { LOOKED_AT_A_STEP = 2000 };
    struct home_row row;
    for (size_t i = 0; i < LOOKED_AT_A_STEP; i++) {
        if (!standing_next(h->standing, row.cells, STANDING_COLUMNS))
            return false;
        row.state = standing_state(h->standing);
        choose(h, &row);
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    size_t len = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->at, y->at, len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static void sort_choices(struct home_choices *c)
{
    if (c->count)
        qsort(c->at, c->count, sizeof *c->at, by_name);
}

static bool load_sparks(struct home *h, struct fault *why)
{
    int64_t ids[HOME_ROWS];
    for (size_t i = 0; i < h->row_count; i++)
        ids[i] = h->rows[i].cells[STANDING_ID].integer;
    return sparks_load_some(h->from.store, h->from.now, ids, h->row_count, &h->sparks, why);
}

/* ---- the page ---- */

static void add_parameter(struct text *out, const char **before, const char *name,
                          const char *value)
{
    if (!is_given(value))
        return;
    text_addf(out, "%s%s=", *before, name);
    text_add_percent(out, span_of(value));
    *before = "&amp;";
}

void home_add_address(struct text *out, const struct home_question *q, const char *state,
                      size_t page)
{
    const char *before = "/?";
    size_t start = out->len;
    add_parameter(out, &before, "match", q->match);
    add_parameter(out, &before, "account", q->account);
    add_parameter(out, &before, "environment", q->environment);
    add_parameter(out, &before, "state", state);
    if (page > 1)
        text_addf(out, "%spage=%zu", before, page);
    if (out->len == start)
        text_add(out, span_of("/"));
}

static void add_nothing_yet(struct text *out, const struct home *h)
{
    text_add(out, span_of("<section class=\"empty\"><h1>"));
    if (!h->pulse.accounts)
        text_add(out,
                 span_of("No poll yet</h1><p>As soon as <code>ebb run</code> has polled its "
                         "accounts for the first time, their tokens appear here.</p>"));
    else if (h->pulse.read_at == TIME_NONE)
        text_add(out,
                 span_of("No token list yet</h1><p>The accounts are asked for their tokens; "
                         "none has answered so far. <a href=\"/accounts\">See why</a></p>"));
    else
        text_add(out,
                 span_of("No tokens</h1><p>The accounts have none. A token that is created "
                         "appears here with the next poll.</p>"));
    text_add(out, span_of("</section>\n"));
}

/* All but the rows; a page without tokens has none. */
static void begin_page(struct text *out, const struct home *h)
{
    const struct page_frame frame = {
        .place = AT_HOME, .title = span_of("Overview"), .pulse = &h->pulse, .now = h->from.now
    };
    page_begin(out, &frame);
    if (!h->tokens) {
        add_nothing_yet(out, h);
        return;
    }
    text_add(out, span_of("<h1 class=\"unseen\">Overview</h1>\n"));
    home_add_tiles(out, h);
    home_add_filter(out, h);
    home_begin_table(out, h);
}

static void end_page(struct text *out, const struct home *h)
{
    if (h->tokens)
        home_end_table(out, h);
    page_end(out);
}

bool page_home_begin(const struct page_source *from, const struct home_question *q,
                     struct home **ret, struct fault *why)
{
    struct home *h = xcalloc(1, sizeof *h);
    h->from = *from;
    h->q = *q;
    h->all = query_at(from->now, NULL);
    h->q.page = q->page < 1 ? 1 : q->page > HOME_PAGES_MAX ? HOME_PAGES_MAX : q->page;
    if (!standing_begin(from->store, &h->all, -1, &h->standing, why)) {
        page_home_end(h);
        return false;
    }
    *ret = h;
    return true;
}

static void draw(struct home *h, struct text *out, bool *ret_more)
{
    size_t until = h->drawn + HOME_PIECE_ROWS;
    if (h->drawn == 0)
        begin_page(out, h);
    home_add_rows(out, h, h->drawn, until);
    h->drawn = until;
    *ret_more = until < h->row_count;
    if (!*ret_more)
        end_page(out, h);
}

bool page_home_next(struct home *h, struct writer *w, bool *ret_more, struct fault *why)
{
    bool loading = true;
    *ret_more = true;
    switch (h->phase) {
    case HOME_LOADS:
        if (!standing_load(h->standing, HOME_SLICE, &loading, why))
            return false;
        h->phase = loading ? HOME_LOADS : HOME_LOADS_PULSE;
        break;
    case HOME_LOADS_PULSE:
        if (!pulse_load(&h->from, &h->pulse, why))
            return false;
        begin_choosing(h);
        h->phase = HOME_CHOOSES;
        break;
    case HOME_CHOOSES:
        if (choose_some(h))
            break;
        sort_choices(&h->accounts);
        sort_choices(&h->environments);
        h->phase = HOME_LOADS_SPARKS;
        break;
    case HOME_LOADS_SPARKS:
        if (!load_sparks(h, why))
            return false;
        h->phase = HOME_DRAWS;
        break;
    case HOME_DRAWS:
        draw(h, &w->text, ret_more);
        break;
    }
    return true;
}

void page_home_end(struct home *h)
{
    if (!h)
        return;
    pulse_done(&h->pulse);
    sparks_done(&h->sparks);
    standing_end(h->standing);
    free(h->rows);
    free(h);
}
