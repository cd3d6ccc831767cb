/* What goes, goes: old rows of each resolution. What stays: every sum, the newest reading of each
 * token, the last poll. Fifty days of a few tokens are played into two stores, one of which
 * forgets, and both are asked for the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "edge/store.h"
#include "store_scene.h"

enum {
    TOKENS = 4,
    IDLER = 3,
    DAYS = 50,
    LONG_DAYS = 120, /* for a file that is not all reserve */
    POLL_EVERY_S = HOUR_S / 2,
    SLEEPS_FROM_DAY = 3,
    BELIEF_S = 288 * POLL_EVERY_S /* the past looks as old as it did 288 polls ago */
};

static const struct retention brief = { .raw_s = DAY_S,
                                        .hourly_s = 7 * DAY_S,
                                        .events_s = 30 * DAY_S };
static const struct retention eternal = { .raw_s = 520 * WEEK_S,
                                          .hourly_s = 520 * WEEK_S,
                                          .events_s = 520 * WEEK_S };
static const struct rule_set no_rules = { 0 };

static void end_poll(struct place *p, const struct retention *keep, unix_s at)
{
    commit(p);
    checkpoint(p, at);
    retain(p, keep, at);
}

static void found_fleet(struct place *p, const struct retention *keep)
{
    struct fault why;
    begin_poll(p, START);
    for (int i = 0; i < TOKENS; i++) {
        char name[16];
        snprintf(name, sizeof name, "prod-%d", i);
        struct token *t = token_set_add(&p->fleet, name);
        t->last.balance = t->high_water = money_known((struct money){ INT64_C(50000000000) });
        t->last.budgeted = true;
        t->seen_at = START;
        burn_seen(&t->burn, START);
        check(store_add_token(p->store, p->account, t, START, &why)
                  && store_add_reading(p->store, t, NULL, &why)
                  && store_put_token(p->store, t, &why),
              &why);
    }
    end_poll(p, keep, START);
}

/* One in three polls finds a token's balance as it was; one in twenty that somebody topped it up.
 */
static void move(struct place *p, struct token *t, unix_s at, struct random *random)
{
    struct fault why;
    uint64_t dice = random_next(random);
    if (dice % 3 == 0)
        return;
    struct change c = { .was = t->last.balance, .at = at };
    int64_t amount = 1 + (int64_t)(dice / 3 % 100000007);
    enum entry_kind kind = dice % 20 == 1 ? ENTRY_TOPUP
        : dice % 20 == 2                  ? ENTRY_RESET
                                          : ENTRY_CONSUMPTION;
    t->last.balance.is.nano += kind == ENTRY_CONSUMPTION ? -amount : amount;
    c.is = t->last.balance;
    c.entries[c.entry_count++] = (struct entry){ kind, { amount }, t->seen_at, at };
    check(store_add_reading(p->store, t, &c, &why) && store_put_token(p->store, t, &why), &why);
}

static void play(struct place *p, const struct retention *keep, int days)
{
    struct random random = random_seeded(7);
    found_fleet(p, keep);
    for (unix_s at = START + POLL_EVERY_S; at < START + days * DAY_S; at += POLL_EVERY_S) {
        begin_poll(p, at);
        for (int i = 0; i < TOKENS; i++) {
            struct token *t = &p->fleet.tokens[i];
            if (i != IDLER || at < START + SLEEPS_FROM_DAY * DAY_S)
                move(p, t, at, &random);
            t->seen_at = at;
        }
        end_poll(p, keep, at);
    }
    assert_int_equal(ask(p, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* ---- tests ---- */

static void assert_same(struct place *a, struct place *b, const char *sql)
{
    int64_t x = ask(a, sql);
    if (x != ask(b, sql))
        fail_msg("differs after retention: %s", sql);
    assert_true(x != 0);
}

#define HASH(column) "sum((token * 31 + day / 86400) % 1009 * (" column " % 1000003))"

static void no_sum_of_a_day_differs_after_retention(void **state)
{
    (void)state;
    struct place forgets, remembers;
    make_place(&forgets);
    make_place(&remembers);
    open_store(&forgets);
    open_store(&remembers);
    play(&forgets, &brief, DAYS);
    play(&remembers, &eternal, DAYS);
    static const char *const figures[] = {
        "SELECT count(*) FROM day_sum",
        "SELECT " HASH("spent_nano") " FROM day_sum",
        "SELECT " HASH("topup_nano") " FROM day_sum",
        "SELECT " HASH("reset_nano") " FROM day_sum",
        "SELECT " HASH("low_nano") " FROM day_sum",
        "SELECT " HASH("high_nano") " FROM day_sum",
    };
    for (size_t i = 0; i < COUNT(figures); i++)
        assert_same(&forgets, &remembers, figures[i]);
    /* and what it forgot agrees with what it kept */
    assert_int_equal(
        ask(&forgets, "SELECT sum(spent_nano) FROM day_sum"),
        ask(&remembers, "SELECT sum(amount_nano) FROM entry WHERE kind = 'consumption'"));
    assert_int_equal(ask(&forgets, "SELECT sum(topup_nano) FROM day_sum"),
                     ask(&remembers, "SELECT sum(amount_nano) FROM entry WHERE kind = 'topup'"));
    remove_place(&forgets);
    remove_place(&remembers);
}

static void rows_older_than_their_age_are_gone_and_younger_ones_are_not(void **state)
{
    (void)state;
    struct place p, whole;
    make_place(&p);
    make_place(&whole);
    open_store(&p);
    open_store(&whole);
    play(&p, &brief, DAYS);
    play(&whole, &eternal, DAYS);
    char sql[160];
    unix_s end = START + DAYS * DAY_S - POLL_EVERY_S;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM poll WHERE at < %lld",
             (long long)(end - brief.raw_s - BELIEF_S));
    assert_int_equal(ask(&p, sql), 1); /* that of the idle token's newest reading */
    snprintf(sql, sizeof sql, "SELECT min(hour) >= %lld FROM hour_sum",
             (long long)(end - brief.hourly_s - BELIEF_S - DAY_S
                         - HOUR_S)); /* tokens are looked at once a day */
    assert_int_equal(ask(&p, sql), 1);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM entry JOIN poll ON id = poll WHERE at >= %lld",
             (long long)(end - brief.raw_s));
    assert_same(&p, &whole, sql);
    snprintf(sql, sizeof sql, "SELECT sum(spent_nano) FROM hour_sum WHERE hour >= %lld",
             (long long)(end - brief.hourly_s));
    assert_same(&p, &whole, sql);
    remove_place(&p);
    remove_place(&whole);
}

static void a_token_that_sleeps_keeps_its_last_reading_and_is_loaded_again(void **state)
{
    (void)state;
    struct place p;
    struct fault why;
    struct token_set f;
    struct orphan_alerts orphans;
    make_place(&p);
    open_store(&p);
    play(&p, &brief, DAYS);
    int64_t balance = p.fleet.tokens[IDLER].last.balance.is.nano;
    assert_int_equal(ask(&p,
                         "SELECT s.balance_nano FROM snapshot s JOIN poll p ON p.id = s.poll "
                         "JOIN token t ON t.id = s.token WHERE t.name = 'prod-3'"),
                     balance);
    check(store_load_tokens(p.store, p.account, &no_rules, &f, &orphans, &why), &why);
    assert_int_equal(f.count, TOKENS);
    assert_int_equal(f.tokens[IDLER].last.balance.is.nano, balance);
    token_set_done(&f);
    orphan_alerts_done(&orphans);
    remove_place(&p);
}

static int64_t rows_of(struct place *p)
{
    return ask(p, "SELECT count(*) FROM entry") + ask(p, "SELECT count(*) FROM snapshot")
        + ask(p, "SELECT count(*) FROM poll");
}

/* After a setting was shortened, each slice takes a bounded share until all that is old has gone.
 */
static void a_shortened_setting_takes_its_share_with_each_slice(void **state)
{
    (void)state;
    struct place p;
    struct fault why;
    make_place(&p);
    open_store(&p);
    play(&p, &eternal, DAYS);
    int64_t rows = rows_of(&p);
    assert_true(rows > 10000);
    int slices = 0;
    for (bool more = true; more; slices++) {
        check(store_begin(p.store, &why)
                  && store_retain(p.store, &brief, START + DAYS * DAY_S, &more, &why),
              &why);
        commit(&p);
        int64_t left = rows_of(&p);
        if (rows - left > 1500)
            fail_msg("one slice deleted %lld rows", (long long)(rows - left));
        rows = left;
    }
    assert_in_range(slices, 8, 40);
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM poll WHERE at < %lld",
             (long long)(START + DAYS * DAY_S - POLL_EVERY_S - brief.raw_s - BELIEF_S));
    assert_int_equal(ask(&p, sql), 1);
    remove_place(&p);
}

static void a_clock_that_jumped_costs_nothing_while_it_may_still_be_mended(void **state)
{
    static const int64_t jumps_s[] = { 730 * DAY_S, -730 * DAY_S };
    (void)state;
    for (size_t i = 0; i < COUNT(jumps_s); i++) {
        struct place p;
        make_place(&p);
        open_store(&p);
        play(&p, &eternal, 10);
        unix_s at = START + 10 * DAY_S;
        int64_t entries = ask(&p, "SELECT count(*) FROM entry"),
                hours = ask(&p, "SELECT count(*) FROM hour_sum");
        for (int polls = 0; polls < 20; polls++, at += POLL_EVERY_S) {
            begin_poll(&p, at + jumps_s[i]);
            end_poll(&p, &brief, at + jumps_s[i]);
        }
        /* by the clock of 288 polls ago some three of the ten days are old, and no hour is */
        assert_true(ask(&p, "SELECT count(*) FROM entry") > entries / 2);
        assert_int_equal(ask(&p, "SELECT count(*) FROM hour_sum"), hours);
        remove_place(&p);
    }
}

static void the_file_shrinks_but_for_a_reserve(void **state)
{
    (void)state;
    struct place p;
    make_place(&p);
    open_store(&p);
    play(&p, &eternal, LONG_DAYS);
    int64_t pages = ask(&p, "PRAGMA page_count");
    retain(&p, &brief, START + LONG_DAYS * DAY_S);
    int64_t left = ask(&p, "PRAGMA page_count"), spare = ask(&p, "PRAGMA freelist_count");
    assert_true(left < pages * 2 / 3); /* the reserve is a large part of so small a file */
    assert_true(spare <= left / 8 + 64);
    remove_place(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_sum_of_a_day_differs_after_retention),
        cmocka_unit_test(rows_older_than_their_age_are_gone_and_younger_ones_are_not),
        cmocka_unit_test(a_token_that_sleeps_keeps_its_last_reading_and_is_loaded_again),
        cmocka_unit_test(a_shortened_setting_takes_its_share_with_each_slice),
        cmocka_unit_test(a_clock_that_jumped_costs_nothing_while_it_may_still_be_mended),
        cmocka_unit_test(the_file_shrinks_but_for_a_reserve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
