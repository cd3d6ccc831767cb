/* Tokens as they stand now: programs get the stored times, people how long it is until then. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/forecast.h"
#include "core/naming.h"
#include "core/token_set.h"
#include "view/sparks.h"
#include "view/standing.h"
#include "view/status/cursor.h"
#include "view/status/status.h"

/* Behind the cells of view/standing.h: what is made of them for people. */
enum {
    EARLY_IN = STANDING_COLUMNS,
    LIKELY_IN,
    LATE_IN,
    STATE_SHOWN,
    ALERT,
    SPARK,
    COLUMNS,
};

static const struct column columns[] = {
    [STANDING_ID] = { NULL, NULL, COLUMN_COUNT, 0 },
    [STANDING_ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [STANDING_TOKEN] = { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    [STANDING_TYPE] = { "type", NULL, COLUMN_TEXT, 0 },
    [STANDING_BALANCE] = { "balance_usd", "BALANCE USD", COLUMN_MONEY, 0 },
    [STANDING_BUDGETED] = { "budgeted", NULL, COLUMN_FLAG, 0 },
    [STANDING_BURN] = { "burn_usd_per_h", "BURN", COLUMN_PER_HOUR, 0 },
    [STANDING_RATE_1H] = { "burn_1h_usd_per_h", NULL, COLUMN_PER_HOUR, 0 },
    [STANDING_RATE_6H] = { "burn_6h_usd_per_h", NULL, COLUMN_PER_HOUR, 0 },
    [STANDING_RATE_24H] = { "burn_24h_usd_per_h", NULL, COLUMN_PER_HOUR, 0 },
    [STANDING_RATE_7D] = { "burn_7d_usd_per_h", NULL, COLUMN_PER_HOUR, 0 },
    [STANDING_STATE] = { "state", NULL, COLUMN_TEXT, 0 },
    [STANDING_EARLY] = { "early_at", NULL, COLUMN_TIME, 0 },
    [STANDING_LIKELY] = { "likely_at", NULL, COLUMN_TIME, 0 },
    [STANDING_LATE] = { "late_at", NULL, COLUMN_TIME, 0 },
    [STANDING_HORIZON] = { "horizon_at", NULL, COLUMN_TIME, 0 },
    [STANDING_FORECAST] = { "forecast_at", NULL, COLUMN_TIME, 0 },
    [STANDING_LEVEL] = { "level", NULL, COLUMN_TEXT, 0 },
    [STANDING_PERIOD] = { "reset_period", NULL, COLUMN_TEXT, 0 },
    [STANDING_RESET_AMOUNT] = { "reset_amount_usd", NULL, COLUMN_MONEY, 0 },
    [STANDING_EXPIRES] = { "expires_at", NULL, COLUMN_TIME, 0 },
    [STANDING_SEEN] = { "seen_at", NULL, COLUMN_TIME, 0 },
    [STANDING_MISSING] = { "missing_polls", NULL, COLUMN_COUNT, 0 },
    [STANDING_SOURCE] = { "burn_source", NULL, COLUMN_TEXT, 0 },
    [STANDING_UNREADABLE] = { "unreadable", NULL, COLUMN_TEXT, 0 },
    [STANDING_AVAILABLE] = { "available_usd", NULL, COLUMN_MONEY, 0 },
    [STANDING_LIMITED_BY] = { "limited_by", NULL, COLUMN_TEXT, 0 },
    [STANDING_MEMBER] = { "member", NULL, COLUMN_TEXT, 0 },
    [STANDING_CREDITS_KNOWN] = { NULL, NULL, COLUMN_FLAG, 0 },
    [EARLY_IN] = { NULL, "EARLY", COLUMN_DURATION, COLUMN_SPARE },
    [LIKELY_IN] = { NULL, "LIKELY", COLUMN_DURATION, 0 },
    [LATE_IN] = { NULL, "LATE", COLUMN_DURATION, COLUMN_SPARE },
    [STATE_SHOWN] = { NULL, "STATE", COLUMN_LEVEL, 0 },
    [ALERT] = { NULL, "ALERT", COLUMN_LEVEL, 0 },
    [SPARK] = { NULL, "LAST 24 HOURS", COLUMN_TEXT, COLUMN_SPARE },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

/* A row under work, with room for the texts that are made for it. */
struct status_row {
    struct cell cells[COLUMNS];
    enum state state;
    struct text words, spark;
};

static void show_state(struct status_row *r)
{
    text_clear(&r->words);
    text_add(&r->words, span_of(state_name(r->state)));
    const struct cell *limit = &r->cells[STANDING_LIMITED_BY];
    if (limit->kind == CELL_TEXT && span_is(limit->text, forecast_limit_name(LIMIT_CREDITS)))
        text_add(&r->words, span_of(" (credits)"));
    r->cells[STATE_SHOWN] = cell_text(text_z(&r->words));
}

static struct cell time_left(const struct status_row *r, size_t at, unix_s now)
{
    if (r->cells[at].kind == CELL_INTEGER)
        return cell_integer(seconds_between(now, r->cells[at].integer));
    return state_has_times(r->state) ? cell_text("never") : r->cells[at]; /* no end has no time */
}

enum {
    LOADED_A_STEP = 150, /* a forecast is read again for each */
    WRITTEN_A_STEP = 500,
};

struct status_list {
    struct writer *w;               /* borrowed */
    const struct status_view *view; /* borrowed */
    struct query_filter scope;
    struct standing *standing;
    struct table *table;
    struct sparks sparks;
    struct status_row row;
    struct text cursor; /* of what follows */
    struct cursor from;
    bool loaded;
    size_t shown, left_out;
};

static void show_for_people(struct status_list *l)
{
    struct status_row *r = &l->row;
    unix_s now = l->view->now;
    r->cells[EARLY_IN] = time_left(r, STANDING_EARLY, now);
    r->cells[LIKELY_IN] = time_left(r, STANDING_LIKELY, now);
    r->cells[LATE_IN] = time_left(r, STANDING_LATE, now);
    show_state(r);
    r->cells[ALERT] = r->cells[STANDING_LEVEL];
    text_clear(&r->spark);
    sparks_draw(&l->sparks, r->cells[STANDING_ID].integer, l->w->screen.ascii, &r->spark);
    r->cells[SPARK] = cell_text(text_z(&r->spark));
}

static bool is_or_any(const char *wanted, struct span is)
{
    return !wanted || span_is(is, wanted);
}

static bool is_wanted(const struct status_view *view, const struct cell *cells)
{
    struct span name = cells[STANDING_TOKEN].text;
    return (!view->match || naming_matches(view->match, name))
        && is_or_any(view->environment, naming_environment_or_none(name))
        && is_or_any(view->state, cells[STANDING_STATE].text)
        && is_or_any(view->level, cells[STANDING_LEVEL].text);
}

static void print_row(struct status_list *l)
{
    if (!is_wanted(l->view, l->row.cells))
        return;
    if (l->view->rows_max && l->shown == l->view->rows_max) {
        l->left_out++;
        return;
    }
    if (writer_is_for_people(l->w))
        show_for_people(l);
    table_row(l->table, l->row.cells);
    l->shown++;
    if (l->shown == l->view->rows_max) {
        const struct cursor last = { standing_urgency(l->standing),
                                     l->row.cells[STANDING_ID].integer };
        cursor_add(&last, &l->cursor);
    }
}

/* True: there are more. */
static bool print_rows(struct status_list *l, size_t most)
{
    size_t i = 0;
    for (; i < most && standing_next(l->standing, l->row.cells, STANDING_COLUMNS); i++) {
        l->row.state = standing_state(l->standing);
        print_row(l);
    }
    if (i == most)
        return true;
    table_end(l->table);
    l->table = NULL;
    return false;
}

bool status_list_begin(struct store *s, const struct status_view *view, struct writer *w,
                       struct status_list **ret, struct fault *why)
{
    struct status_list *l = xcalloc(1, sizeof *l);
    *l = (struct status_list){ .w = w, .view = view, .scope = query_at(view->now, view->account) };
    if ((view->cursor && !cursor_parse(span_of(view->cursor), &l->from, why))
        || (writer_is_for_people(w) && !sparks_load(s, view->now, &l->sparks, why))
        || !standing_begin(s, &l->scope, -1, &l->standing, why)) {
        status_list_end(l);
        return false;
    }
    l->table = table_begin(w, columns, COLUMNS);
    *ret = l;
    return true;
}

bool status_list_step(struct status_list *l, bool *ret_more, struct fault *why)
{
    bool more = true;
    if (l->loaded) {
        *ret_more = print_rows(l, WRITTEN_A_STEP);
        return true;
    }
    if (!standing_load(l->standing, LOADED_A_STEP, &more, why))
        return false;
    l->loaded = !more;
    if (l->loaded && l->view->cursor)
        standing_go_on(l->standing, &l->from.urgency, l->from.id);
    *ret_more = true;
    return true;
}

void status_list_cursor(const struct status_list *l, struct text *out)
{
    if (l->left_out)
        text_add(out, (struct span){ text_z(&l->cursor), l->cursor.len });
}

void status_list_end(struct status_list *l)
{
    if (!l)
        return;
    table_drop(l->table);
    standing_end(l->standing);
    sparks_done(&l->sparks);
    text_done(&l->row.words);
    text_done(&l->row.spark);
    text_done(&l->cursor);
    free(l);
}

bool status_tokens(struct store *s, const struct status_view *view, struct writer *w,
                   size_t *ret_matches, struct fault *why)
{
    struct status_list *l;
    bool more = true, ok = true;
    if (!status_list_begin(s, view, w, &l, why))
        return false;
    while (ok && more)
        ok = status_list_step(l, &more, why);
    if (l->left_out)
        writer_addf(w, "and %zu more\n", l->left_out);
    *ret_matches = l->shown + l->left_out;
    status_list_end(l);
    return ok;
}
