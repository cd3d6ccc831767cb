/* The view token_now says in SQL what becomes of a state by newer readings. */
#include "view/standing_token.h"

#include <stdio.h>

#include "view/standing_kept.h"

/* A token as it is known now. */
struct known {
    struct reading reading;
    unix_s seen, listed; /* it, and the account's list */
    int64_t spent_nano;  /* in all */
    bool missing, unreadable;
};

static unix_s latest(unix_s a, unix_s b)
{
    return a > b ? a : b;
}

/* While the list has it and it can be read, the account's last good poll saw it. */
static unix_s seen_at(const struct cell *asked, const struct sliced_token *sum,
                      const struct known *k)
{
    unix_s at = cell_time(&asked[QUERY_STATUS_SEEN_AT]);
    if (sum->newer)
        at = latest(at, sum->at);
    return k->missing || k->unreadable ? at : latest(at, k->listed);
}

static struct reading reading_of(const struct cell *asked, const struct sliced_token *sum)
{
    const struct cell *balance = &asked[QUERY_STATUS_BALANCE_NANO];
    struct reading r = {
        .name = "",
        .balance = sum->newer ? sum->balance : cell_money(balance),
        .budgeted = asked[QUERY_STATUS_BUDGETED].integer != 0,
        .expires = cell_time(&asked[QUERY_STATUS_EXPIRES_AT]),
        .period = calendar_period_named(asked[QUERY_STATUS_RESET_PERIOD].text),
        .reset_amount = cell_money(&asked[QUERY_STATUS_RESET_AMOUNT_NANO]),
    };
    cell_copy(&asked[QUERY_STATUS_TYPE], r.type, sizeof r.type);
    return r;
}

static struct known known_of(const struct cell *asked, const struct sliced_token *sum)
{
    struct known k = {
        .reading = reading_of(asked, sum),
        .listed = cell_time(&asked[QUERY_STATUS_LAST_OK_AT]),
        .spent_nano = nano_add(asked[QUERY_STATUS_SPENT_NANO].integer, sum->spent_nano),
        .missing = asked[QUERY_STATUS_MISSING].integer > 0,
        .unreadable = asked[QUERY_STATUS_UNREADABLE].kind == CELL_TEXT,
    };
    k.seen = seen_at(asked, sum, &k);
    return k;
}

static struct forecast forecast_of(const struct token_question *q, const struct cell *asked,
                                   const struct known *k, const struct purse *credits)
{
    const struct kept_curve kept = {
        .origin = &asked[QUERY_STATUS_ORIGIN],
        .spent_nano = nano_sub(k->spent_nano, asked[QUERY_STATUS_CURVE_SPENT_NANO].integer),
        .history = &asked[QUERY_STATUS_HISTORY],
        .bytes = &asked[QUERY_STATUS_BYTES],
    };
    const struct kept_watch watch = {
        .first_seen = cell_time(&asked[QUERY_STATUS_KNOWN_FROM]),
        .last_seen = k->seen,
        .rate_1h = &asked[QUERY_STATUS_BURN_1H_NANO],
        .rate_7d = &asked[QUERY_STATUS_BURN_7D_NANO],
    };
    struct curve curve;
    const struct purse own = {
        .reading = &k->reading,
        .curve = standing_kept_curve(&kept, &k->reading, &curve) ? &curve : NULL,
        .watched = standing_kept_watch(
            &watch, q->fresh_s >= 0 ? q->fresh_s : asked[QUERY_STATUS_STALE_S].integer),
    };
    return forecast_within(&own, credits, q->now);
}

static struct cell cell_amount(struct maybe_money m)
{
    return m.known ? cell_integer(m.is.nano) : (struct cell){ .kind = CELL_NONE };
}

/* By the longest window that is known, up to a day. */
static struct cell burn_of(const struct cell *asked)
{
    static const int rates[] = { QUERY_STATUS_BURN_24H_NANO, QUERY_STATUS_BURN_6H_NANO,
                                 QUERY_STATUS_BURN_1H_NANO };
    struct cell burn = { .kind = CELL_NONE };
    for (size_t i = 0; i < COUNT(rates) && burn.kind == CELL_NONE; i++)
        burn = asked[rates[i]];
    return burn;
}

static void set_known(struct standing_row *row, const struct cell *asked, const struct known *k)
{
    static const unsigned char same[][2] = {
        { STANDING_ID, QUERY_STATUS_ID },
        { STANDING_ACCOUNT, QUERY_STATUS_ACCOUNT },
        { STANDING_TOKEN, QUERY_STATUS_TOKEN },
        { STANDING_TYPE, QUERY_STATUS_TYPE },
        { STANDING_BUDGETED, QUERY_STATUS_BUDGETED },
        { STANDING_RATE_1H, QUERY_STATUS_BURN_1H_NANO },
        { STANDING_RATE_6H, QUERY_STATUS_BURN_6H_NANO },
        { STANDING_RATE_24H, QUERY_STATUS_BURN_24H_NANO },
        { STANDING_RATE_7D, QUERY_STATUS_BURN_7D_NANO },
        { STANDING_PERIOD, QUERY_STATUS_RESET_PERIOD },
        { STANDING_RESET_AMOUNT, QUERY_STATUS_RESET_AMOUNT_NANO },
        { STANDING_EXPIRES, QUERY_STATUS_EXPIRES_AT },
        { STANDING_MISSING, QUERY_STATUS_MISSING },
        { STANDING_SOURCE, QUERY_STATUS_BURN_SOURCE },
        { STANDING_UNREADABLE, QUERY_STATUS_UNREADABLE },
        { STANDING_MEMBER, QUERY_STATUS_MEMBER },
    };
    int64_t most = asked[QUERY_STATUS_SPENT_MOST_NANO].integer;
    standing_row_copy(row, asked, same, COUNT(same));
    row->cells[STANDING_BALANCE] = cell_amount(k->reading.balance);
    row->cells[STANDING_BURN] = burn_of(asked);
    row->cells[STANDING_SEEN] = standing_stamp(k->seen);
    row->cells[STANDING_SPENT_EVER] = cell_integer(k->spent_nano > most ? k->spent_nano : most);
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
    row->urgency.state = row->state;
    row->urgency.likely = cell_time(&cells[STANDING_LIKELY]);
}

static void set_level(struct standing_row *row, enum level level)
{
    row->urgency.level = level;
    row->cells[STANDING_LEVEL] = cell_text(level_name(level));
}

static void set_credits(struct standing_row *row, const struct credits_columns *credits)
{
    row->cells[STANDING_CREDITS_KNOWN] = cell_integer(standing_credits_limit(credits));
    if (credits)
        row->cells[STANDING_CREDITS_SOURCE] = cell_text(credits_source_name(credits->source));
}

void standing_token_take(struct standing_rows *rows, const struct token_question *q,
                         const struct cell *asked, const struct sliced_token *sum)
{
    const struct known k = known_of(asked, sum);
    const struct credits_columns *credits =
        standing_credits_of(q->credits, asked[QUERY_STATUS_ACCOUNT].text);
    const struct forecast f = forecast_of(q, asked, &k, standing_credits_purse(credits));
    const struct presence presence =
        presence_at(k.missing, k.unreadable, k.reading.expires, k.listed,
                    asked[QUERY_STATUS_STALE_S].integer, q->now);
    struct standing_row *row = standing_row_add(rows);
    row->state = state_of(f.verdict, &presence);
    set_known(row, asked, &k);
    set_forecast(row, &f);
    set_level(row, sum->level);
    set_credits(row, credits);
    standing_row_own(row, STANDING_COLUMNS);
}
