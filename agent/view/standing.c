/* All rows are read before the first is handed out, for the order is that of the forecasts as they
 * are now. */
#include "view/standing.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/sorting.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "view/standing_credits.h"
#include "view/standing_kept.h"
#include "view/standing_rows.h"

enum { ASKED_MAX = QUERY_STATUS_COLUMNS, SORTED_A_STEP = 4000 };
_Static_assert((int)QUERY_CREDITS_COLUMNS <= (int)ASKED_MAX, "an answer has no room");

struct standing {
    struct standing_rows rows;
    struct standing_credits credits;
    bool reads_credits;               /* their rows are handed out, not those of tokens */
    struct store *store;              /* borrowed, to load further tokens from; NULL: all are */
    const struct query_filter *scope; /* borrowed */
    int64_t last_id;                  /* of the tokens that are loaded */
    struct standing_row **order;      /* owned; `rows` by urgency; NULL: not all are loaded */
    struct sorting sorting;           /* of these */
    bool sorts;                       /* is under way */
    size_t next;
    unix_s now;
    int64_t fresh_s;
};

/* Hands each row to `take`. */
static bool each(struct store *store, enum query query, const struct query_filter *scope,
                 size_t columns, void (*take)(struct standing *s, const struct cell *asked),
                 struct standing *s, struct fault *why)
{
    struct cell asked[ASKED_MAX];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(store, query, scope, &a, why))
        return false;
    while (ok && more) {
        ok = query_next(a, asked, columns, &more, why);
        if (ok && more)
            take(s, asked);
    }
    query_close(a);
    return ok;
}

static struct cell cell_amount(struct maybe_money m)
{
    return m.known ? cell_integer(m.is.nano) : (struct cell){ .kind = CELL_NONE };
}

static int64_t stale_s(const struct standing *s, const struct cell *asked)
{
    return s->fresh_s >= 0 ? s->fresh_s : asked->integer;
}

static void take_credits(struct standing *s, const struct cell *asked)
{
    standing_credits_take(&s->credits, asked, s->now, stale_s(s, &asked[QUERY_CREDITS_STALE_S]));
}

static bool load_credits(struct store *s, const struct query_filter *scope, struct standing *to,
                         struct fault *why)
{
    return each(s, QUERY_CREDITS, scope, QUERY_CREDITS_COLUMNS, take_credits, to, why);
}

static struct reading reading_of(const struct cell *asked)
{
    const struct span type = asked[QUERY_STATUS_TYPE].text;
    struct reading r = {
        .name = "",
        .balance = cell_money(&asked[QUERY_STATUS_BALANCE_NANO]),
        .budgeted = asked[QUERY_STATUS_BUDGETED].integer != 0,
        .expires = cell_time(&asked[QUERY_STATUS_EXPIRES_AT]),
        .period = calendar_period_named(asked[QUERY_STATUS_RESET_PERIOD].text),
        .reset_amount = cell_money(&asked[QUERY_STATUS_RESET_AMOUNT_NANO]),
    };
    snprintf(r.type, sizeof r.type, "%.*s", (int)type.len, type.at);
    return r;
}

static struct presence presence_of(const struct cell *asked, unix_s now)
{
    return presence_at(
        asked[QUERY_STATUS_MISSING].integer > 0, asked[QUERY_STATUS_UNREADABLE].kind == CELL_TEXT,
        cell_time(&asked[QUERY_STATUS_EXPIRES_AT]), cell_time(&asked[QUERY_STATUS_LAST_OK_AT]),
        asked[QUERY_STATUS_STALE_S].integer, now);
}

static struct forecast forecast_of(const struct standing *s, const struct cell *asked,
                                   const struct purse *credits)
{
    const struct kept_curve kept = { &asked[QUERY_STATUS_ORIGIN], &asked[QUERY_STATUS_SPENT_NANO],
                                     &asked[QUERY_STATUS_HISTORY], &asked[QUERY_STATUS_BYTES] };
    struct curve curve;
    const struct reading reading = reading_of(asked);
    const struct purse own = {
        .reading = &reading,
        .curve = standing_kept_curve(&kept, &reading, &curve) ? &curve : NULL,
        .watched = standing_kept_watch(&asked[QUERY_STATUS_KNOWN_FROM], &asked[QUERY_STATUS_SEEN],
                                       &asked[QUERY_STATUS_BURN_1H_NANO],
                                       &asked[QUERY_STATUS_BURN_7D_NANO],
                                       stale_s(s, &asked[QUERY_STATUS_STALE_S])),
    };
    return forecast_within(&own, credits, s->now);
}

static void set_forecast(struct standing_row *row, const struct forecast *f)
{
    const struct forecast shown = state_forecast(row->state, f);
    struct cell *cells = row->cells;
    row->forecast = *f;
    cells[STANDING_STATE] = cell_text(state_slug(row->state));
    cells[STANDING_EARLY] = standing_stamp(shown.early);
    cells[STANDING_LIKELY] = standing_stamp(shown.likely);
    cells[STANDING_LATE] = standing_stamp(shown.late);
    cells[STANDING_HORIZON] = standing_stamp(f->horizon);
    cells[STANDING_FORECAST] = standing_stamp(f->made_at);
    cells[STANDING_AVAILABLE] = cell_amount(f->available);
    if (f->available.known)
        cells[STANDING_LIMITED_BY] = cell_text(forecast_limit_name(f->limit));
}

static void take_token(struct standing *s, const struct cell *asked)
{
    static const unsigned char same[][2] = {
        { STANDING_ID, QUERY_STATUS_ID },
        { STANDING_ACCOUNT, QUERY_STATUS_ACCOUNT },
        { STANDING_TOKEN, QUERY_STATUS_TOKEN },
        { STANDING_TYPE, QUERY_STATUS_TYPE },
        { STANDING_BALANCE, QUERY_STATUS_BALANCE_NANO },
        { STANDING_BUDGETED, QUERY_STATUS_BUDGETED },
        { STANDING_BURN, QUERY_STATUS_BURN_NANO },
        { STANDING_RATE_1H, QUERY_STATUS_BURN_1H_NANO },
        { STANDING_RATE_6H, QUERY_STATUS_BURN_6H_NANO },
        { STANDING_RATE_24H, QUERY_STATUS_BURN_24H_NANO },
        { STANDING_RATE_7D, QUERY_STATUS_BURN_7D_NANO },
        { STANDING_LEVEL, QUERY_STATUS_LEVEL },
        { STANDING_PERIOD, QUERY_STATUS_RESET_PERIOD },
        { STANDING_RESET_AMOUNT, QUERY_STATUS_RESET_AMOUNT_NANO },
        { STANDING_EXPIRES, QUERY_STATUS_EXPIRES_AT },
        { STANDING_SEEN, QUERY_STATUS_SEEN },
        { STANDING_MISSING, QUERY_STATUS_MISSING },
        { STANDING_SOURCE, QUERY_STATUS_BURN_SOURCE },
        { STANDING_UNREADABLE, QUERY_STATUS_UNREADABLE },
        { STANDING_SPENT_EVER, QUERY_STATUS_SPENT_EVER_NANO },
        { STANDING_MEMBER, QUERY_STATUS_MEMBER },
    };
    const struct credits_columns *shared =
        standing_credits_of(&s->credits, asked[QUERY_STATUS_ACCOUNT].text);
    const struct purse *credits = standing_credits_purse(shared);
    const struct forecast f = forecast_of(s, asked, credits);
    const struct presence presence = presence_of(asked, s->now);
    struct standing_row *row = standing_row_add(&s->rows);
    row->state = state_of(f.verdict, &presence);
    standing_row_copy(row, asked, same, COUNT(same));
    set_forecast(row, &f);
    bool is_limited = credits && forecast_within(credits, NULL, s->now).verdict != VERDICT_STALE;
    row->cells[STANDING_CREDITS_KNOWN] = cell_integer(is_limited);
    if (shared)
        row->cells[STANDING_CREDITS_SOURCE] = cell_text(credits_source_name(shared->source));
    row->urgency =
        (struct urgency){ .state = row->state, .likely = cell_time(&row->cells[STANDING_LIKELY]) };
    level_named(row->cells[STANDING_LEVEL].text, &row->urgency.level);
    standing_row_own(row, STANDING_COLUMNS);
    if (row->cells[STANDING_ID].integer > s->last_id)
        s->last_id = row->cells[STANDING_ID].integer;
}

static int compare_names(struct span a, struct span b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both ? memcmp(a.at, b.at, both) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int nearest_first(const void *a, const void *b)
{
    const struct standing_row *x = *(const struct standing_row *const *)a;
    const struct standing_row *y = *(const struct standing_row *const *)b;
    int order = urgency_compare(&x->urgency, &y->urgency);
    order = order ? order
                  : compare_names(x->cells[STANDING_ACCOUNT].text, y->cells[STANDING_ACCOUNT].text);
    return order ? order
                 : compare_names(x->cells[STANDING_TOKEN].text, y->cells[STANDING_TOKEN].text);
}

static struct standing *begin(const struct query_filter *scope, int64_t fresh_s)
{
    struct standing *s = xcalloc(1, sizeof *s);
    s->now = scope->now;
    s->fresh_s = fresh_s;
    return s;
}

static void begin_order(struct standing *s)
{
    s->order = xcalloc(s->rows.count + 1, sizeof(struct standing_row *));
    for (size_t i = 0; i < s->rows.count; i++)
        s->order[i] = &s->rows.at[i];
    sorting_begin(&s->sorting, s->order, s->rows.count, sizeof(struct standing_row *),
                  nearest_first);
    s->sorts = true;
}

/* True: there is more to do. */
static bool sort(struct standing *s, size_t most)
{
    s->sorts = s->sorts && sorting_step(&s->sorting, most);
    if (!s->sorts)
        sorting_done(&s->sorting);
    return s->sorts;
}

static void drop_order(struct standing *s)
{
    sorting_done(&s->sorting);
    free(s->order);
    s->order = NULL;
    s->sorts = false;
}

bool standing_begin(struct store *store, const struct query_filter *scope, int64_t fresh_s,
                    struct standing **ret, struct fault *why)
{
    struct standing *s = begin(scope, fresh_s);
    s->store = store;
    s->scope = scope;
    if (!load_credits(store, scope, s, why)) {
        standing_end(s);
        return false;
    }
    *ret = s;
    return true;
}

bool standing_load(struct standing *s, size_t most, bool *ret_more, struct fault *why)
{
    size_t before = s->rows.count;
    *ret_more = false;
    if (!s->store || most == 0) {
        *ret_more = sort(s, SORTED_A_STEP);
        return true;
    }
    struct query_filter slice = *s->scope;
    slice.after = s->last_id;
    slice.most = most < INT64_MAX ? (int64_t)most : 0;
    if (!each(s->store, QUERY_STATUS, &slice, QUERY_STATUS_COLUMNS, take_token, s, why))
        return false;
    *ret_more = s->rows.count - before == most;
    if (*ret_more)
        return true;
    s->store = NULL;
    begin_order(s);
    *ret_more = sort(s, most < SORTED_A_STEP ? 1 : SIZE_MAX);
    return true;
}

void standing_forget(struct standing *s)
{
    drop_order(s);
    standing_rows_done(&s->rows);
    s->rows = (struct standing_rows){ 0 };
    s->next = 0;
}

bool standing_of_tokens(struct store *store, const struct query_filter *scope, int64_t fresh_s,
                        struct standing **ret, struct fault *why)
{
    struct standing *s;
    bool more;
    if (!standing_begin(store, scope, fresh_s, &s, why))
        return false;
    if (!standing_load(s, SIZE_MAX, &more, why)) {
        standing_end(s);
        return false;
    }
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
    s->reads_credits = true;
    *ret = s;
    return true;
}

static const struct standing_rows *rows_of(const struct standing *s)
{
    return s->reads_credits ? &s->credits.rows : &s->rows;
}

static const struct standing_row *row_at(const struct standing *s, size_t place)
{
    return s->order && !s->sorts ? s->order[place] : &rows_of(s)->at[place];
}

bool standing_next(struct standing *s, struct cell *cells, size_t count)
{
    if (s->next == rows_of(s)->count)
        return false;
    memcpy(cells, row_at(s, s->next++)->cells, count * sizeof *cells);
    return true;
}

enum state standing_state(const struct standing *s)
{
    return row_at(s, s->next - 1)->state;
}

const struct forecast *standing_forecast(const struct standing *s)
{
    return &row_at(s, s->next - 1)->forecast;
}

static int by_id(const void *a, const void *b)
{
    const int64_t *id = a;
    const struct standing_row *row = b;
    int64_t of_row = row->cells[STANDING_ID].integer;
    return (*id > of_row) - (*id < of_row);
}

/* They were loaded by id. */
static const struct standing_row *row_of(const struct standing *s, int64_t id)
{
    return s->rows.count ? bsearch(&id, s->rows.at, s->rows.count, sizeof *s->rows.at, by_id)
                         : NULL;
}

struct forecast standing_of_token(const struct standing *s, int64_t id)
{
    const struct standing_row *row = row_of(s, id);
    return row ? row->forecast : forecast_none();
}

void standing_go_on(struct standing *s, const struct urgency *last, int64_t id)
{
    const struct standing_row *row = row_of(s, id);
    if (row && urgency_compare(&row->urgency, last) == 0) {
        while (row_at(s, s->next++) != row)
            continue;
        return;
    }
    while (s->next < s->rows.count && urgency_compare(&row_at(s, s->next)->urgency, last) < 0)
        s->next++;
}

struct urgency standing_urgency(const struct standing *s)
{
    return row_at(s, s->next - 1)->urgency;
}

struct forecast standing_of_account(const struct standing *s, struct span account)
{
    const struct credits_columns *c = standing_credits_of(&s->credits, account);
    return c ? c->forecast : forecast_none();
}

void standing_end(struct standing *s)
{
    if (!s)
        return;
    drop_order(s);
    standing_rows_done(&s->rows);
    standing_credits_done(&s->credits);
    free(s);
}
