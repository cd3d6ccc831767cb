/* Plays a year of polls of 200 tokens into a store, as ingest does it, on a clock of its own; see
 * tests/bench/year.py.
 *
 *     year FILE mix|worst brief|eternal DAYS
 *
 * Ledger, rollups, retention and commits are the agent's own; forecasts and messages are left out,
 * for they add no rows that grow. Prints how long a poll took in the store. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "base/xmalloc.h"
#include "edge/store.h"

#define START INT64_C(1767225600) /* 2026-01-01T00:00:00Z, a Thursday */

enum { TOKENS = 200, INTERVAL_S = 300 };

static const struct retention brief = { 30 * DAY_S, 52 * WEEK_S, 52 * WEEK_S };
static const struct retention eternal = { 520 * WEEK_S, 520 * WEEK_S, 520 * WEEK_S };

/* How a token spends: the chance that a poll finds it changed. */
struct habit {
    const char *name;
    int of_100_tokens;
    double (*busy)(int64_t token, unix_s at, struct random *random);
};

static double every_poll(int64_t token, unix_s at, struct random *random)
{
    (void)token, (void)at, (void)random;
    return 1.0;
}

static double office(int64_t token, unix_s at, struct random *random)
{
    (void)token, (void)random;
    int64_t day = at / DAY_S, hour = at % DAY_S / HOUR_S;
    return (day + 3) % 7 < 5 && hour >= 7 && hour < 18 ? 0.7 : 0.01;
}

/* Some hours a week, all of them busy. */
static double burst(int64_t token, unix_s at, struct random *random)
{
    (void)random;
    struct random hour = random_seeded((uint64_t)(token * 1000003 + at / HOUR_S));
    return random_unit(&hour) < 0.03 ? 0.95 : 0.0;
}

static double nightly(int64_t token, unix_s at, struct random *random)
{
    (void)random;
    return at % DAY_S / 1800 == 4 + token % 4 ? 1.0 : 0.0;
}

static double seldom(int64_t token, unix_s at, struct random *random)
{
    (void)token, (void)at, (void)random;
    return 0.0002;
}

static const struct habit mix[] = {
    { "office hours", 40, office }, { "steady", 10, every_poll }, { "bursts", 15, burst },
    { "nightly", 10, nightly },     { "idle", 25, seldom },
};

static const struct habit *habit_of(size_t token, bool worst)
{
    static const struct habit always = { "every poll", 100, every_poll };
    int place = (int)(token * 37 % 100);
    const struct habit *h = mix;
    while (!worst && place >= h->of_100_tokens)
        place -= (h++)->of_100_tokens;
    return worst ? &always : h;
}

static void must(bool ok, const struct fault *why)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", why->text);
    exit(1);
}

/* Every fourth has a budget that is reset: daily, weekly or monthly. */
static void found(struct store *s, int64_t account, struct token_set *f, unix_s at)
{
    static const enum reset_period periods[] = { RESET_DAILY, RESET_WEEKLY, RESET_MONTHLY };
    struct fault why;
    for (size_t i = 0; i < TOKENS; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s-project%zu-api", i % 5 ? "prod" : "dev", i);
        struct token *t = token_set_add(f, name);
        strcpy(t->last.type, "api_token");
        t->last.balance = t->high_water = money_known((struct money){ INT64_C(100000000000) });
        t->last.budgeted = true;
        t->last.expires = TIME_NONE;
        t->last.period = i % 4 ? RESET_NONE : periods[i / 4 % 3];
        t->last.reset_amount = i % 4 ? (struct maybe_money){ 0 } : t->last.balance;
        t->seen_at = at;
        burn_seen(&t->burn, at);
        must(store_add_token(s, account, t, at, &why) && store_add_reading(s, t, NULL, &why)
                 && store_put_token(s, t, &why),
             &why);
    }
}

/* What the API would say now: spent, reset at midnight, or topped up when less than ten dollars are
 * left. */
static struct reading next_reading(const struct token *t, const struct habit *h, unix_s at,
                                   struct random *random)
{
    struct reading r = t->last;
    int64_t *nano = &r.balance.is.nano;
    if (r.period != RESET_NONE && calendar_last_reset(r.period, at) > t->seen_at)
        *nano = r.reset_amount.is.nano;
    else if (*nano < INT64_C(10000000000))
        *nano += INT64_C(100000000000);
    else if (random_unit(random) < h->busy(t->id, at, random))
        *nano -= 1 + (int64_t)(random_unit(random) * 20e6);
    return r;
}

static int64_t poll_token(struct store *s, struct token *t, const struct reading *r, unix_s at)
{
    struct fault why;
    struct change c = { .was = t->last.balance, .is = r->balance, .at = at };
    c.entry_count = ledger_compare(&t->last, t->seen_at, r, at, t->last_reset, c.entries);
    bool moved = ledger_differs(&t->last, r);
    t->last = *r;
    t->seen_at = at;
    for (size_t i = 0; i < c.entry_count; i++) {
        burn_add(&t->burn, &c.entries[i]);
        if (c.entries[i].kind == ENTRY_RESET)
            t->last_reset = at;
    }
    burn_seen(&t->burn, at);
    if (moved)
        must(store_add_reading(s, t, &c, &why), &why);
    if ((moved && !store_follows(s, &c))
        || gist_moved(&t->stored, &t->forecast, &t->burn, t->last.period != RESET_NONE)) {
        t->stored = token_gist(t);
        must(store_put_token(s, t, &why), &why);
    }
    return moved;
}

static int64_t mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    struct store *s;
    struct fault why;
    struct token_set f = { 0 };
    struct random random = random_seeded(11);
    struct poll_row row = {
        .result = POLL_OK, .http_status = 200, .tokens = TOKENS, .bytes = 70000, .took_ms = 90
    };
    unix_s last_ok;
    if (argc != 5)
        return fprintf(stderr, "usage: year FILE mix|worst brief|eternal DAYS\n"), 2;
    bool worst = strcmp(argv[2], "worst") == 0;
    const struct retention *keep = strcmp(argv[3], "brief") == 0 ? &brief : &eternal;
    int64_t polls = atoll(argv[4]) * DAY_S / INTERVAL_S, moves = 0;
    int64_t *took_us = xcalloc((size_t)polls, sizeof *took_us);

    must(store_open(argv[1], STORE_WRITE, &s, &why) && store_begin(s, &why)
             && store_account(s, "main", INTERVAL_S, &row.account, &last_ok, &why),
         &why);
    for (int64_t n = 0; n < polls; n++) {
        int64_t began = mono_us(), moved = 0;
        row.at = START + n * INTERVAL_S;
        must((n == 0 || store_begin(s, &why)) && store_add_poll(s, &row, &why), &why);
        if (n == 0)
            found(s, row.account, &f, row.at);
        for (size_t i = 0; n > 0 && i < f.count; i++) {
            struct reading r = next_reading(&f.tokens[i], habit_of(i, worst), row.at, &random);
            moved += poll_token(s, &f.tokens[i], &r, row.at);
        }
        must(store_checkpoint(s, row.at, &why) && store_retain(s, keep, row.at, moved, &why)
                 && store_commit(s, &why),
             &why);
        took_us[n] = mono_us() - began;
        moves += moved;
    }
    qsort(took_us, (size_t)polls, sizeof *took_us, by_size);
    printf("{\"polls\": %" PRId64 ", \"changes\": %" PRId64 ", \"median_us\": %" PRId64
           ", \"p99_us\": %" PRId64 ", \"most_us\": %" PRId64 "}\n",
           polls, moves, took_us[polls / 2], took_us[polls * 99 / 100], took_us[polls - 1]);
    token_set_done(&f);
    store_close(s);
    free(took_us);
    return 0;
}
