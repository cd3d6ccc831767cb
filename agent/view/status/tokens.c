/* Tokens as they stand now: programs get the stored times, people how long it is until then. */
#include <inttypes.h>

#include "core/forecast.h"
#include "core/naming.h"
#include "core/token_set.h"
#include "view/sparks.h"
#include "view/standing.h"
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

struct status_printer {
    struct writer *w;
    struct table *table;
    const struct status_view *view;
    struct sparks sparks;
    struct status_row row;
    size_t shown, left_out;
};

static void show_for_people(struct status_printer *p)
{
    struct status_row *r = &p->row;
    unix_s now = p->view->now;
    r->cells[EARLY_IN] = time_left(r, STANDING_EARLY, now);
    r->cells[LIKELY_IN] = time_left(r, STANDING_LIKELY, now);
    r->cells[LATE_IN] = time_left(r, STANDING_LATE, now);
    show_state(r);
    r->cells[ALERT] = r->cells[STANDING_LEVEL];
    text_clear(&r->spark);
    sparks_draw(&p->sparks, r->cells[STANDING_ID].integer, p->w->screen.ascii, &r->spark);
    r->cells[SPARK] = cell_text(text_z(&r->spark));
}

static void print_row(struct status_printer *p)
{
    const struct status_view *view = p->view;
    if (view->match && !naming_matches(view->match, p->row.cells[STANDING_TOKEN].text))
        return;
    if (view->rows_max && p->shown == view->rows_max) {
        p->left_out++;
        return;
    }
    if (writer_is_for_people(p->w))
        show_for_people(p);
    table_row(p->table, p->row.cells);
    p->shown++;
}

static bool print_rows(struct store *s, struct status_printer *p, struct fault *why)
{
    const struct query_filter scope = query_at(p->view->now, p->view->account);
    struct standing *standing;
    if (!standing_of_tokens(s, &scope, -1, &standing, why))
        return false;
    while (standing_next(standing, p->row.cells, STANDING_COLUMNS)) {
        p->row.state = standing_state(standing);
        print_row(p);
    }
    standing_end(standing);
    return true;
}

bool status_tokens(struct store *s, const struct status_view *view, struct writer *w,
                   size_t *ret_matches, struct fault *why)
{
    struct status_printer p = { .w = w, .view = view };
    bool ok = !writer_is_for_people(w) || sparks_load(s, view->now, NULL, &p.sparks, why);
    if (ok) {
        p.table = table_begin(w, columns, COLUMNS);
        ok = print_rows(s, &p, why);
        table_end(p.table);
        if (p.left_out)
            writer_addf(w, "and %zu more\n", p.left_out);
        *ret_matches = p.shown + p.left_out;
    }
    sparks_done(&p.sparks);
    text_done(&p.row.words);
    text_done(&p.row.spark);
    return ok;
}
