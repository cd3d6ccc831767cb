/* Plays a year of polls of 200 tokens on a clock of its own; see tests/bench/year.py.
 *
 *     year FILE|- mix|worst brief|eternal DAYS
 *
 * Each poll is a plan of the agent's own, committed as the agent does it into a store, or, with
 * `-`, adopted and forgotten: then it is the plans alone that take the time. Forecasts and messages
 * are left out, for they add no rows that grow. Prints how long a poll took. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "base/xmalloc.h"
#include "daemon/commit.h"
#include "daemon/state.h"
#include "edge/store/retention.h"

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

/* An agent of one account, whose tokens nobody polls but this. */
struct year {
    struct settings settings;
    struct account_settings account_settings;
    struct account account;
    struct agent agent; /* without a store: plans alone */
    struct plan_base base;
    bool worst;
    struct random random;
};

/* Every fourth has a budget that is reset: daily, weekly or monthly. */
static void plan_first(struct plan *p)
{
    static const enum reset_period periods[] = { RESET_DAILY, RESET_WEEKLY, RESET_MONTHLY };
    for (size_t i = 0; i < TOKENS; i++) {
        char name[32];
        struct token seen = { .name = name };
        snprintf(name, sizeof name, "%s-project%d-api", i % 5 ? "prod" : "dev", (int)i);
        seen.slug = name;
        strcpy(seen.last.type, "api_token");
        seen.last.balance = money_known((struct money){ INT64_C(100000000000) });
        seen.last.budgeted = true;
        seen.last.expires = TIME_NONE;
        seen.last.period = i % 4 ? RESET_NONE : periods[i / 4 % 3];
        seen.last.reset_amount = i % 4 ? (struct maybe_money){ 0 } : seen.last.balance;
        plan_add(p, PLAN_TOKENS, &seen);
    }
}

/* What the API would say now: spent, reset at midnight, or topped up when less than ten dollars are
 * left. */
static struct reading next_reading(const struct token *t, int64_t id, bool worst, unix_s at,
                                   struct random *random)
{
    const struct habit *h = habit_of((size_t)id - 1, worst);
    struct reading r = t->last;
    int64_t *nano = &r.balance.is.nano;
    if (r.period != RESET_NONE && calendar_last_reset(r.period, at) > t->seen_at)
        *nano = r.reset_amount.is.nano;
    else if (*nano < INT64_C(10000000000))
        *nano += INT64_C(100000000000);
    else if (random_unit(random) < h->busy(id, at, random))
        *nano -= 1 + (int64_t)(random_unit(random) * 20e6);
    return r;
}

/* How many readings differ from the last. */
static int64_t plan_list(struct year *y, struct plan *p)
{
    const struct token_set *f = &y->account.fleet;
    int64_t changed = 0;
    if (!f->count)
        plan_first(p);
    for (size_t i = 0; i < f->count; i++) {
        struct reading r = next_reading(&f->tokens[i], (int64_t)i + 1, y->worst, p->at, &y->random);
        changed += ledger_differs(&f->tokens[i].last, &r);
        plan_take(p, PLAN_TOKENS, i, &r, 0);
    }
    plan_book_list(p, 0);
    plan_judge(p, PLAN_TOKENS);
    return changed;
}

static void keep(struct year *y, const struct retention *how_long, struct plan *p)
{
    struct fault why;
    struct poll_row row = { .account = y->account.id,
                            .at = p->at,
                            .result = POLL_OK,
                            .http_status = 200,
                            .tokens = TOKENS,
                            .bytes = 70000,
                            .took_ms = 90 };
    must(commit_begin(&y->agent, &y->account, &why) && store_add_poll(y->agent.store, &row, &why),
         &why);
    plan_resolve(p, store_last_poll(y->agent.store));
    must(commit_plan(&y->agent, &y->account, p, &why)
             && commit_end(&y->agent, &y->account, p, true, &why),
         &why);
    for (bool more = true; more;)
        must(store_begin(y->agent.store, &why)
                 && store_checkpoint(y->agent.store, p->at, &more, &why)
                 && (more || store_retain(y->agent.store, how_long, p->at, &more, &why))
                 && store_commit(y->agent.store, &why),
             &why);
}

static int64_t play_poll(struct year *y, const struct retention *how_long, unix_s at)
{
    for (size_t i = 0; i < y->account.fleet.count; i++)
        y->account.fleet.tokens[i].listed = true;
    struct plan *p = plan_begin(&y->base, at, PLAN_THIS_POLL);
    int64_t changed = plan_list(y, p);
    if (y->agent.store)
        keep(y, how_long, p);
    else
        account_adopt(&y->agent, &y->account, p, true);
    plan_free(p);
    return changed;
}

static void open_year(struct year *y, const char *path)
{
    struct fault why;
    unix_s last_ok;
    snprintf(y->account_settings.name, sizeof y->account_settings.name, "main");
    y->account.settings = &y->account_settings;
    y->agent.settings = &y->settings;
    y->base = (struct plan_base){
        .sets = { &y->account.fleet, &y->account.credits.series, &y->account.self },
        .account = y->account_settings.name,
        .interval_s = INTERVAL_S,
        .stale_s = HOUR_S,
        .trusted = true,
    };
    if (strcmp(path, "-") != 0)
        must(
            store_open(path, STORE_WRITE, &y->agent.store, &why)
                && store_begin(y->agent.store, &why)
                && store_account(y->agent.store, "main", INTERVAL_S, &y->account.id, &last_ok, &why)
                && store_commit(y->agent.store, &why),
            &why);
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
    struct year y = { .random = random_seeded(11) };
    if (argc != 5)
        return fprintf(stderr, "usage: year FILE|- mix|worst brief|eternal DAYS\n"), 2;
    y.worst = strcmp(argv[2], "worst") == 0;
    const struct retention *how_long = strcmp(argv[3], "brief") == 0 ? &brief : &eternal;
    int64_t polls = atoll(argv[4]) * DAY_S / INTERVAL_S, changes = 0, began_us = mono_us();
    int64_t *took_us = xcalloc((size_t)polls, sizeof *took_us);

    open_year(&y, argv[1]);
    for (int64_t n = 0; n < polls; n++) {
        int64_t began = mono_us();
        changes += play_poll(&y, how_long, START + n * INTERVAL_S);
        took_us[n] = mono_us() - began;
    }
    int64_t all_us = mono_us() - began_us;
    qsort(took_us, (size_t)polls, sizeof *took_us, by_size);
    printf("{\"polls\": %" PRId64 ", \"changes\": %" PRId64 ", \"median_us\": %" PRId64
           ", \"p99_us\": %" PRId64 ", \"most_us\": %" PRId64 ", \"all_ms\": %" PRId64 "}\n",
           polls, changes, took_us[polls / 2], took_us[polls * 99 / 100], took_us[polls - 1],
           all_us / 1000);
    account_close(&y.account);
    store_close(y.agent.store);
    free(took_us);
    return 0;
}
