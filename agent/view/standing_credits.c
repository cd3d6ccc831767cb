/* What was told of credits while they were offered says nothing once they are not. */
#include "view/standing_credits.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "view/standing_kept.h"

static void set_credits(const struct cell *asked, unix_s now, int64_t stale_s,
                        struct credits_columns *ret)
{
    const struct kept_curve kept = { .origin = &asked[QUERY_CREDITS_ORIGIN],
                                     .history = &asked[QUERY_CREDITS_HISTORY],
                                     .bytes = &asked[QUERY_CREDITS_BYTES],
                                     .spent_nano = asked[QUERY_CREDITS_SPENT_NANO].integer };
    const struct kept_watch watch = { .first_seen = cell_time(&asked[QUERY_CREDITS_FIRST_SEEN]),
                                      .last_seen = cell_time(&asked[QUERY_CREDITS_SEEN]),
                                      .rate_1h = &asked[QUERY_CREDITS_BURN_1H_NANO],
                                      .rate_7d = &asked[QUERY_CREDITS_BURN_7D_NANO] };
    ret->source = credits_source_named(asked[QUERY_CREDITS_CREDITS_SOURCE].text);
    bool offered = ret->source != CREDITS_NOT_OFFERED;
    ret->reading =
        (struct reading){ .name = "",
                          .type = "credits",
                          .balance = offered ? cell_money(&asked[QUERY_CREDITS_BALANCE_NANO])
                                             : (struct maybe_money){ .known = false },
                          .budgeted = true,
                          .expires = TIME_NONE };
    ret->purse = (struct purse){
        .reading = &ret->reading,
        .curve = standing_kept_curve(&kept, &ret->reading, &ret->curve) ? &ret->curve : NULL,
        .watched = standing_kept_watch(&watch, stale_s),
    };
    ret->known =
        asked[QUERY_CREDITS_CREDITS_REASON].kind != CELL_TEXT && ret->reading.balance.known;
    ret->own = ret->forecast = forecast_within(&ret->purse, NULL, now);
    ret->purse.read = &ret->own;
}

/* What was known while they were offered is the past's. */
static void forget_credits(struct standing_row *row, struct credits_columns *c)
{
    static const enum credits_cell of_now[] = {
        CREDITS_BALANCE, CREDITS_BURN,     CREDITS_SEEN,    CREDITS_REASON,     CREDITS_RATE_1H,
        CREDITS_RATE_6H, CREDITS_RATE_24H, CREDITS_RATE_7D, CREDITS_SPENT_EVER,
    };
    for (size_t i = 0; i < COUNT(of_now); i++)
        row->cells[of_now[i]] = (struct cell){ .kind = CELL_NONE };
    c->forecast = forecast_none();
}

void standing_credits_take(struct standing_credits *all, const struct cell *asked, unix_s now,
                           int64_t stale_s)
{
    static const unsigned char same[][2] = {
        { CREDITS_ACCOUNT, QUERY_CREDITS_ACCOUNT },
        { CREDITS_BALANCE, QUERY_CREDITS_BALANCE_NANO },
        { CREDITS_BURN, QUERY_CREDITS_BURN_NANO },
        { CREDITS_SEEN, QUERY_CREDITS_SEEN },
        { CREDITS_REASON, QUERY_CREDITS_CREDITS_REASON },
        { CREDITS_USAGE_FROM, QUERY_CREDITS_USAGE_FROM },
        { CREDITS_USAGE_UNTIL, QUERY_CREDITS_USAGE_AT },
        { CREDITS_USAGE_REASON, QUERY_CREDITS_USAGE_REASON },
        { CREDITS_RATE_1H, QUERY_CREDITS_BURN_1H_NANO },
        { CREDITS_RATE_6H, QUERY_CREDITS_BURN_6H_NANO },
        { CREDITS_RATE_24H, QUERY_CREDITS_BURN_24H_NANO },
        { CREDITS_RATE_7D, QUERY_CREDITS_BURN_7D_NANO },
        { CREDITS_SPENT_EVER, QUERY_CREDITS_SPENT_EVER_NANO },
        { CREDITS_SOURCE, QUERY_CREDITS_CREDITS_SOURCE },
        { CREDITS_SET_AT, QUERY_CREDITS_CREDITS_SET_AT },
        { CREDITS_SET, QUERY_CREDITS_CREDITS_SET_NANO },
    };
    struct standing_row *row = standing_row_add(&all->rows);
    struct credits_columns *c = xcalloc(1, sizeof *c);
    all->columns = xrealloc(all->columns, all->rows.count, sizeof *all->columns);
    all->columns[all->rows.count - 1] = c;
    set_credits(asked, now, stale_s, c);
    row->state = state_of_credits(c->source, c->forecast.verdict, c->known);
    if (row->state == STATE_STALE) {
        c->forecast = forecast_none();
        c->forecast.verdict = VERDICT_STALE;
    }
    standing_row_copy(row, asked, same, COUNT(same));
    if (c->source != CREDITS_ESTIMATED)
        row->cells[CREDITS_SET_AT] = row->cells[CREDITS_SET] = (struct cell){ .kind = CELL_NONE };
    if (c->source == CREDITS_NOT_OFFERED)
        forget_credits(row, c);
    row->forecast = c->forecast;
    row->cells[CREDITS_STATE] = cell_text(state_slug(row->state));
    row->cells[CREDITS_LIKELY] = standing_stamp(c->forecast.likely);
    standing_row_own(row, CREDITS_COLUMNS);
    c->account = row->cells[CREDITS_ACCOUNT].text;
}

const struct credits_columns *standing_credits_of(const struct standing_credits *all,
                                                  struct span account)
{
    for (size_t i = 0; i < all->rows.count; i++) {
        const struct credits_columns *c = all->columns[i];
        if (c->account.len == account.len && memcmp(c->account.at, account.at, account.len) == 0)
            return c;
    }
    return NULL;
}

/* As the daemon sees them: the last report counts until it is too old, whatever failed since. */
const struct purse *standing_credits_purse(const struct credits_columns *c)
{
    return c && c->reading.balance.known ? &c->purse : NULL;
}

bool standing_credits_limit(const struct credits_columns *c)
{
    return standing_credits_purse(c) && c->own.verdict != VERDICT_STALE;
}

void standing_credits_done(struct standing_credits *all)
{
    for (size_t i = 0; i < all->rows.count; i++)
        free(all->columns[i]);
    free(all->columns);
    standing_rows_done(&all->rows);
}
