/* All rows are read before the first is handed out, for the order is that of the forecasts as they
 * are now. */
#include "view/standing.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "core/forecast/packed.h"

/* What a forecast is read from, behind the columns that are shown. */
enum { KNOWN_FROM = STANDING_AVAILABLE, STALE, CURVE, LAST_OK = CURVE + 4, STATUS_ASKED };
enum {
    C_RATE_1H = CREDITS_COLUMNS,
    C_RATE_7D,
    C_KNOWN_FROM,
    C_STALE,
    C_CURVE,
    CREDITS_ASKED = C_CURVE + 4
};
enum { CELLS_MAX = STATUS_ASKED };
_Static_assert((int)STANDING_COLUMNS <= (int)CELLS_MAX && (int)CREDITS_ASKED <= (int)CELLS_MAX,
               "a row has no room");

struct standing_row {
    struct cell cells[CELLS_MAX];
    char *texts; /* owned; what the cells point into */
    struct forecast forecast;
    enum state state;
    size_t place; /* in the question's order: by account and name */
};

struct rows {
    struct standing_row *at; /* owned */
    size_t count, room;
};

/* What is left on an account. */
struct credits_columns {
    struct span account;
    struct reading reading;
    struct curve curve;
    struct purse purse; /* of the two above */
    struct forecast forecast;
    bool known;
};

struct standing {
    struct rows rows, credit_rows;
    struct credits_columns *credits; /* owned; of credit_rows */
    size_t next;
    unix_s now;
    int64_t fresh_s;
};

static void rows_done(struct rows *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->at[i].texts);
    free(r->at);
}

static size_t bytes_of(const struct cell *cells, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += cells[i].kind == CELL_TEXT ? cells[i].text.len : 0;
    return bytes;
}

static void keep(struct rows *r, const struct cell *cells, size_t count)
{
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->at = xrealloc(r->at, r->room, sizeof *r->at);
    }
    struct standing_row *row = &r->at[r->count++];
    *row = (struct standing_row){ .texts = xmalloc(bytes_of(cells, count) + 1), .place = r->count };
    char *end = row->texts;
    for (size_t i = 0; i < count; i++) {
        row->cells[i] = cells[i];
        if (cells[i].kind != CELL_TEXT)
            continue;
        memcpy(end, cells[i].text.at, cells[i].text.len);
        row->cells[i].text.at = end;
        end += cells[i].text.len;
    }
}

static bool read_all(struct store *s, enum query query, const struct query_filter *scope,
                     size_t columns, struct rows *ret, struct fault *why)
{
    struct cell cells[CELLS_MAX];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(s, query, scope, &a, why))
        return false;
    while (ok && more) {
        ok = query_next(a, cells, columns, &more, why);
        if (ok && more)
            keep(ret, cells, columns);
    }
    query_close(a);
    return ok;
}

static bool is_known(const struct cell *cell)
{
    return cell->kind == CELL_INTEGER;
}

static unix_s stamp(const struct cell *cell)
{
    return is_known(cell) && is_stamp(cell->integer) ? cell->integer : TIME_NONE;
}

static struct maybe_money amount(const struct cell *cell)
{
    return (struct maybe_money){ is_known(cell), { is_known(cell) ? cell->integer : 0 } };
}

static struct cell cell_stamp(unix_s at)
{
    return at == TIME_NONE || at >= TIME_FAR ? (struct cell){ .kind = CELL_NONE }
                                             : cell_integer(at);
}

static struct cell cell_amount(struct maybe_money m)
{
    return m.known ? cell_integer(m.is.nano) : (struct cell){ .kind = CELL_NONE };
}

/* origin, spent since, history, bytes; false: there is none. To be read for a balance. */
static bool read_curve(const struct cell *cells, const struct reading *r, struct curve *ret)
{
    *ret = (struct curve){ .origin = stamp(&cells[0]), .spent_nano = (double)cells[1].integer };
    return ret->origin != TIME_NONE && cells[2].kind == CELL_TEXT && cells[3].kind == CELL_TEXT
        && forecast_history_slugged(cells[2].text, &ret->history)
        && curve_unpack(cells[3].text, ret->spent_nano + (double)r->balance.is.nano, ret);
}

/* As the daemon counts its readings and its burn: these were stored of them. */
static struct watched watched_by(const struct cell *first, const struct cell *last,
                                 const struct cell *rate_1h, const struct cell *rate_7d,
                                 int64_t stale_s)
{
    return (struct watched){ .first_seen = stamp(first),
                             .last_seen = stamp(last),
                             .stale_after_s = stale_s,
                             .enough = is_known(rate_1h),
                             .live = is_known(rate_7d) && rate_7d->integer > 0 };
}

static void take_credits(const struct standing *s, struct standing_row *row,
                         struct credits_columns *ret)
{
    struct cell *cells = row->cells;
    int64_t stale_s = s->fresh_s >= 0 ? s->fresh_s : cells[C_STALE].integer;
    ret->account = cells[CREDITS_ACCOUNT].text;
    ret->reading = (struct reading){ .name = "",
                                     .type = "credits",
                                     .balance = amount(&cells[CREDITS_BALANCE]),
                                     .budgeted = true,
                                     .expires = TIME_NONE };
    ret->purse = (struct purse){
        .reading = &ret->reading,
        .curve = read_curve(&cells[C_CURVE], &ret->reading, &ret->curve) ? &ret->curve : NULL,
        .watched = watched_by(&cells[C_KNOWN_FROM], &cells[CREDITS_SEEN], &cells[C_RATE_1H],
                              &cells[C_RATE_7D], stale_s),
    };
    ret->known = cells[CREDITS_REASON].kind != CELL_TEXT && ret->reading.balance.known;
    struct forecast f = forecast_within(&ret->purse, NULL, s->now);
    row->state = state_of_credits(f.verdict, ret->known);
    ret->forecast = f;
    if (row->state == STATE_STALE) {
        ret->forecast = forecast_none();
        ret->forecast.verdict = VERDICT_STALE;
    }
    cells[CREDITS_STATE] = cell_text(state_slug(row->state));
    cells[CREDITS_LIKELY] = cell_stamp(ret->forecast.likely);
}

static bool load_credits(struct store *s, const struct query_filter *scope, struct standing *to,
                         struct fault *why)
{
    if (!read_all(s, QUERY_CREDITS, scope, CREDITS_ASKED, &to->credit_rows, why))
        return false;
    to->credits = xcalloc(to->credit_rows.count + 1, sizeof *to->credits);
    for (size_t i = 0; i < to->credit_rows.count; i++)
        take_credits(to, &to->credit_rows.at[i], &to->credits[i]);
    return true;
}

/* As the daemon sees them: what was told last counts until it is too old, whatever failed since. */
static const struct purse *credits_of(const struct standing *s, struct span account)
{
    for (size_t i = 0; i < s->credit_rows.count; i++) {
        const struct credits_columns *c = &s->credits[i];
        if (c->account.len == account.len && memcmp(c->account.at, account.at, account.len) == 0)
            return c->reading.balance.known ? &c->purse : NULL;
    }
    return NULL;
}

static struct reading reading_of(const struct cell *cells)
{
    struct reading r = {
        .name = "",
        .balance = amount(&cells[STANDING_BALANCE]),
        .budgeted = cells[STANDING_BUDGETED].integer != 0,
        .expires = stamp(&cells[STANDING_EXPIRES]),
        .period = calendar_period_named(cells[STANDING_PERIOD].text),
        .reset_amount = amount(&cells[STANDING_RESET_AMOUNT]),
    };
    snprintf(r.type, sizeof r.type, "%.*s", (int)cells[STANDING_TYPE].text.len,
             cells[STANDING_TYPE].text.at);
    return r;
}

static struct presence presence_of(const struct cell *cells, unix_s now)
{
    return presence_at(
        cells[STANDING_MISSING].integer > 0, cells[STANDING_UNREADABLE].kind == CELL_TEXT,
        stamp(&cells[STANDING_EXPIRES]), stamp(&cells[LAST_OK]), cells[STALE].integer, now);
}

static void take_token(const struct standing *s, struct standing_row *row)
{
    struct cell *cells = row->cells;
    struct curve curve;
    struct reading reading = reading_of(cells);
    struct purse own = {
        .reading = &reading,
        .curve = read_curve(&cells[CURVE], &reading, &curve) ? &curve : NULL,
        .watched = watched_by(&cells[KNOWN_FROM], &cells[STANDING_SEEN], &cells[STANDING_RATE_1H],
                              &cells[STANDING_RATE_7D],
                              s->fresh_s >= 0 ? s->fresh_s : cells[STALE].integer),
    };
    const struct purse *credits = credits_of(s, cells[STANDING_ACCOUNT].text);
    struct forecast f = forecast_within(&own, credits, s->now);
    const struct presence presence = presence_of(cells, s->now);
    row->state = state_of(f.verdict, &presence);
    const struct forecast shown = state_forecast(row->state, &f);
    row->forecast = f;
    cells[STANDING_STATE] = cell_text(state_slug(row->state));
    cells[STANDING_EARLY] = cell_stamp(shown.early);
    cells[STANDING_LIKELY] = cell_stamp(shown.likely);
    cells[STANDING_LATE] = cell_stamp(shown.late);
    cells[STANDING_HORIZON] = cell_stamp(f.horizon);
    cells[STANDING_FORECAST] = cell_stamp(f.made_at);
    bool is_limited = credits && forecast_within(credits, NULL, s->now).verdict != VERDICT_STALE;
    cells[STANDING_CREDITS_KNOWN] = cell_integer(is_limited);
    cells[STANDING_AVAILABLE] = cell_amount(f.available);
    cells[STANDING_LIMITED_BY] = f.available.known ? cell_text(forecast_limit_name(f.limit))
                                                   : (struct cell){ .kind = CELL_NONE };
}

static struct urgency urgency_of(const struct standing_row *row)
{
    struct urgency u = { .state = row->state, .likely = stamp(&row->cells[STANDING_LIKELY]) };
    level_named(row->cells[STANDING_LEVEL].text, &u.level);
    return u;
}

static int nearest_first(const void *a, const void *b)
{
    const struct standing_row *x = a, *y = b;
    const struct urgency of_x = urgency_of(x), of_y = urgency_of(y);
    int order = urgency_compare(&of_x, &of_y);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static struct standing *begin(const struct query_filter *scope, int64_t fresh_s)
{
    struct standing *s = xcalloc(1, sizeof *s);
    s->now = scope->now;
    s->fresh_s = fresh_s;
    return s;
}

bool standing_of_tokens(struct store *store, const struct query_filter *scope, int64_t fresh_s,
                        struct standing **ret, struct fault *why)
{
    struct standing *s = begin(scope, fresh_s);
    if (!load_credits(store, scope, s, why)
        || !read_all(store, QUERY_STATUS, scope, STATUS_ASKED, &s->rows, why)) {
        standing_end(s);
        return false;
    }
    for (size_t i = 0; i < s->rows.count; i++)
        take_token(s, &s->rows.at[i]);
    if (s->rows.count)
        qsort(s->rows.at, s->rows.count, sizeof *s->rows.at, nearest_first);
    *ret = s;
    return true;
}

bool standing_of_credits(struct store *store, const struct query_filter *scope, int64_t fresh_s,
                         struct standing **ret, struct fault *why)
{
    struct standing *s = begin(scope, fresh_s);
    if (!load_credits(store, scope, s, why)) {
        standing_end(s);
        return false;
    }
    s->rows = s->credit_rows;
    s->credit_rows = (struct rows){ 0 };
    *ret = s;
    return true;
}

bool standing_next(struct standing *s, struct cell *cells, size_t count)
{
    if (s->next == s->rows.count)
        return false;
    memcpy(cells, s->rows.at[s->next++].cells, count * sizeof *cells);
    return true;
}

enum state standing_state(const struct standing *s)
{
    return s->rows.at[s->next - 1].state;
}

struct forecast standing_of_token(const struct standing *s, int64_t id)
{
    for (size_t i = 0; i < s->rows.count; i++)
        if (s->rows.at[i].cells[STANDING_ID].integer == id)
            return s->rows.at[i].forecast;
    return forecast_none();
}

struct forecast standing_of_account(const struct standing *s, struct span account)
{
    for (size_t i = 0; i < s->credit_rows.count; i++) {
        const struct credits_columns *c = &s->credits[i];
        if (c->account.len == account.len && memcmp(c->account.at, account.at, account.len) == 0)
            return c->forecast;
    }
    return forecast_none();
}

void standing_end(struct standing *s)
{
    if (!s)
        return;
    rows_done(&s->rows);
    rows_done(&s->credit_rows);
    free(s->credits);
    free(s);
}
