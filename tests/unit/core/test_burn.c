/* Burn over windows: exactness, what clocks can do to it, and what loading must give back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/span.h"
#include "core/burn.h"

#define START INT64_C(1767225600) /* 2026-01-01T00:00:00Z, a whole hour */
#define CENT (NANO_PER_USD / 100)

static struct entry spent(int64_t nano, unix_s since, unix_s at)
{
    return (struct entry){ ENTRY_CONSUMPTION, { nano }, since, at };
}

static void book(struct burn_history *h, int64_t nano, unix_s since, unix_s at)
{
    struct entry e = spent(nano, since, at);
    burn_seen(h, at);
    burn_add(h, &e);
}

static struct burn_history watched_from(unix_s first)
{
    struct burn_history h;
    burn_init(&h);
    burn_seen(&h, first);
    return h;
}

static struct burn_history steady(unix_s first, int64_t for_s, int64_t nano_per_poll)
{
    struct burn_history h = watched_from(first);
    for (unix_s at = first + 300; at <= first + for_s; at += 300)
        book(&h, nano_per_poll, at - 300, at);
    return h;
}

static int64_t per_h(const struct burn_history *h, enum burn_window window)
{
    return burn_over(h, window).nano_per_h;
}

static void a_steady_burn_is_the_same_over_every_window(void **state)
{
    (void)state;
    static const int64_t windows_s[] = { HOUR_S, 6 * HOUR_S, DAY_S, WEEK_S };
    struct burn_history h = steady(START + 77, 9 * DAY_S, CENT);
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        assert_true(burn_over(&h, w).known);
        assert_int_equal(burn_over(&h, w).over_s, windows_s[w]);
        assert_in_range(per_h(&h, w), 12 * CENT - 2, 12 * CENT + 2);
    }
    burn_done(&h);
}

static void too_few_readings_tell_no_rate(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START);
    assert_false(burn_over(&h, BURN_1H).known);
    book(&h, CENT, START, START + 60);
    assert_false(burn_over(&h, BURN_1H).known);
    burn_seen(&h, START + 60);
    assert_false(burn_over(&h, BURN_1H).known);
    burn_seen(&h, START + 120);
    assert_true(burn_over(&h, BURN_1H).known);
    burn_done(&h);
}

static void a_young_token_is_measured_over_its_life(void **state)
{
    (void)state;
    struct burn_history h = steady(START + 1234, 2 * HOUR_S, CENT);
    assert_int_equal(burn_over(&h, BURN_1H).over_s, HOUR_S);
    assert_int_equal(burn_over(&h, BURN_7D).over_s, 2 * HOUR_S);
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
        assert_in_range(per_h(&h, w), 12 * CENT - 2, 12 * CENT + 2);
    burn_done(&h);
}

static void what_is_older_than_a_window_leaves_it(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START);
    book(&h, 168 * CENT, START, START + 300);
    static const struct {
        int64_t after_s;
        int64_t cents_per_h[BURN_WINDOWS];
    } rows[] = {
        { HOUR_S, { 168, 168, 168, 168 } }, /* measured over its first hour */
        { 2 * HOUR_S, { 0, 84, 84, 84 } },  { 8 * HOUR_S, { 0, 0, 21, 21 } },
        { 2 * DAY_S, { 0, 0, 0, 3 } }, /* 3.5 */
        { 7 * DAY_S, { 0, 0, 0, 1 } },      { 9 * DAY_S, { 0, 0, 0, 0 } },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        burn_seen(&h, START + rows[i].after_s - 1);
        burn_seen(&h, START + rows[i].after_s);
        for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
            assert_int_equal(per_h(&h, w) / CENT, rows[i].cents_per_h[w]);
    }
    burn_done(&h);
}

static void the_oldest_bucket_counts_in_proportion(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START - DAY_S);
    book(&h, 300, START, START + 300);
    burn_seen(&h, START + HOUR_S + 100);
    assert_int_equal(per_h(&h, BURN_1H), 200);
    burn_seen(&h, START + HOUR_S + 299);
    assert_int_equal(per_h(&h, BURN_1H), 1);
    burn_done(&h);
}

/* Buckets are kept in 32 bits as long as they fit: an hour's 4.29 USD. */
static void an_hour_dearer_than_all_before_loses_nothing_of_them(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START);
    int64_t whole = 0;
    for (int hour = 0; hour < 100; hour++) {
        int64_t most = UINT32_MAX, nano = hour == 60 ? most + 1 : hour % 7 ? 1 + hour : most;
        unix_s at = START + (hour + 1) * (int64_t)HOUR_S;
        book(&h, nano, at - 1, at);
        whole += nano;
        assert_int_equal(burn_spent_since(&h, at - BURN_FINE_S), nano);
    }
    burn_seen(&h, START + WEEK_S);
    assert_int_equal(per_h(&h, BURN_7D), (whole + 84) / 168);
    burn_done(&h);
}

static void a_clone_is_the_same_and_goes_its_own_way(void **state)
{
    (void)state;
    static const int64_t per_poll[] = { CENT, 100 * (int64_t)NANO_PER_USD };
    for (size_t i = 0; i < COUNT(per_poll); i++) {
        struct burn_history h = steady(START, 9 * DAY_S, per_poll[i]), clone, idle;
        int64_t before = per_h(&h, BURN_7D);
        burn_clone(&h, &clone);
        assert_int_equal(per_h(&clone, BURN_7D), before);
        book(&clone, 50 * CENT, clone.last_seen, clone.last_seen + 300);
        assert_int_equal(per_h(&h, BURN_7D), before);
        burn_init(&idle);
        burn_done(&clone);
        burn_clone(&idle, &clone);
        assert_null(clone.buckets);
        burn_done(&h);
    }
}

static void taking_back_more_than_there_was_is_remembered(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START);
    struct entry more = spent(70, START + HOUR_S - 1, START + HOUR_S);
    book(&h, 50, START + HOUR_S - 1, START + HOUR_S);
    burn_take(&h, &more);
    burn_add(&h, &more);
    assert_int_equal(burn_spent_since(&h, START + HOUR_S - BURN_FINE_S), 50);
    burn_done(&h);
}

static void an_idle_token_costs_no_memory(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START);
    burn_seen(&h, START + 60);
    burn_seen(&h, START + 120);
    struct entry topup = { ENTRY_TOPUP, { CENT }, START, START + 120 };
    burn_add(&h, &topup);
    assert_null(h.buckets);
    assert_true(burn_over(&h, BURN_7D).known);
    assert_int_equal(per_h(&h, BURN_7D), 0);
}

/* The same life, polled with random gaps; `every` keeps one poll in so many and books what they
 * missed. */
static struct burn_history polled(uint64_t seed, unix_s shift_s, int64_t scale, int every)
{
    struct random random = random_seeded(seed);
    struct burn_history h = watched_from(START + shift_s);
    unix_s at = START, since = START;
    int64_t owed = 0;
    for (int i = 1; i <= 960; i++) {
        at += 30 + (int64_t)(random_next(&random) % 600);
        owed += random_next(&random) % 3 ? (int64_t)(random_next(&random) % 100000) * scale : 0;
        if (i % every)
            continue;
        book(&h, owed, since + shift_s, at + shift_s);
        since = at;
        owed = 0;
    }
    return h;
}

static void missed_polls_lose_no_consumption(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct burn_history all = polled(seed, 0, 1, 1), few = polled(seed, 0, 1, 60);
        assert_int_equal(per_h(&all, BURN_7D), per_h(&few, BURN_7D));
        burn_done(&all);
        burn_done(&few);
    }
}

static void shifting_all_stamps_changes_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct burn_history here = polled(seed, 0, 1, 1),
                            there = polled(seed, 12345 * (int64_t)HOUR_S, 1, 1);
        for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
            assert_int_equal(per_h(&here, w), per_h(&there, w));
        burn_done(&here);
        burn_done(&there);
    }
}

static void dearer_calls_burn_in_proportion(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct burn_history cheap = polled(seed, 0, 1, 1), dear = polled(seed, 0, 1000, 1);
        for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
            assert_in_range(per_h(&dear, w), (per_h(&cheap, w) - 1) * 1000,
                            (per_h(&cheap, w) + 1) * 1000);
        burn_done(&cheap);
        burn_done(&dear);
    }
}

static void slices_are_whole_hours_and_add_up_exactly(void **state)
{
    (void)state;
    struct random random = random_seeded(3);
    struct hour_slice slices[BURN_SLICES_MAX];
    for (int i = 0; i < 5000; i++) {
        unix_s since = START + (int64_t)(random_next(&random) % DAY_S);
        unix_s at = since - HOUR_S + (int64_t)(random_next(&random) % (20 * DAY_S));
        uint64_t range = random_next(&random) % 2 ? 50 : 1000000;
        struct entry e = spent(1 + (int64_t)(random_next(&random) % range), since, at);
        size_t max = 1 + random_next(&random) % BURN_SLICES_MAX,
               count = burn_slice(&e, slices, max);
        int64_t sum = 0;
        assert_true(count <= max);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(slices[k].hour_start % HOUR_S, 0);
            assert_true(slices[k].hour_start < at && slices[k].spent.nano > 0);
            assert_true(k == 0 || slices[k].hour_start > slices[k - 1].hour_start);
            sum += slices[k].spent.nano;
        }
        if (at - since < (int64_t)(max - 1) * HOUR_S)
            assert_int_equal(sum, e.amount.nano);
        assert_true(sum <= e.amount.nano);
    }
}

static void the_shares_of_a_gap_are_even_and_add_up_however_it_is_cut(void **state)
{
    (void)state;
    struct random random = random_seeded(31);
    for (int i = 0; i < 300; i++) {
        unix_s since = START + (int64_t)(random_next(&random) % DAY_S);
        unix_s at = since + 1 + (int64_t)(random_next(&random) % (3000 * (uint64_t)DAY_S));
        struct entry e =
            spent((int64_t)(random_next(&random) >> 1 >> random_next(&random) % 60) + 1, since, at);
        int64_t days = 0, even = (int64_t)((__int128)e.amount.nano * DAY_S / (at - since));
        for (unix_s day = since - since % DAY_S; day < at; day += DAY_S) {
            struct money share = burn_share(&e, day, day + DAY_S);
            int64_t hours = 0;
            for (int h = 0; h < 24; h++)
                hours += burn_share(&e, day + h * HOUR_S, day + (h + 1) * HOUR_S).nano;
            assert_int_equal(hours, share.nano);
            assert_true(share.nano >= 0 && share.nano <= even + 1);
            days += share.nano;
        }
        assert_int_equal(days, e.amount.nano);
    }
}

static void only_consumption_is_sliced(void **state)
{
    (void)state;
    struct hour_slice slices[2];
    struct entry e = { ENTRY_TOPUP, { CENT }, START, START + 10 };
    assert_int_equal(burn_slice(&e, slices, 2), 0);
    e = spent(0, START, START + 10);
    assert_int_equal(burn_slice(&e, slices, 2), 0);
}

static void loading_what_was_stored_gives_the_same_rates(void **state)
{
    (void)state;
    struct random random = random_seeded(4);
    for (int i = 0; i < 200; i++) {
        struct burn_history live = watched_from(START), loaded = watched_from(START);
        struct entry entries[40];
        struct hour_slice slices[BURN_SLICES_MAX];
        unix_s at = START;
        for (size_t k = 0; k < COUNT(entries); k++) {
            unix_s since = at;
            at += 1
                + (int64_t)(random_next(&random)
                            % (random_next(&random) % 8 ? HOUR_S : 10 * DAY_S));
            entries[k] = spent((int64_t)(random_next(&random) % CENT), since, at);
            burn_seen(&live, at);
            burn_add(&live, &entries[k]);
        }
        burn_seen(&loaded, at - 1);
        burn_seen(&loaded, at);
        for (size_t k = 0; k < COUNT(entries); k++) {
            size_t count = burn_slice(&entries[k], slices, COUNT(slices));
            for (size_t n = 0; n < count; n++)
                burn_add_hour(&loaded, slices[n].hour_start, slices[n].spent);
            burn_add_recent(&loaded, &entries[k]);
        }
        for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
            assert_int_equal(per_h(&live, w), per_h(&loaded, w));
        burn_done(&live);
        burn_done(&loaded);
    }
}

static void stored_stamps_from_the_future_are_not_loaded(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START);
    burn_seen(&h, START + HOUR_S);
    struct entry future = spent(CENT, START + DAY_S, START + DAY_S + 60),
                 now = spent(CENT, START, START + HOUR_S);
    burn_add_recent(&h, &future);
    burn_add_hour(&h, START + DAY_S, (struct money){ CENT });
    burn_add_recent(&h, &now);
    burn_add_hour(&h, START, (struct money){ CENT });
    burn_seen(&h, START + HOUR_S + 1);
    assert_in_range(per_h(&h, BURN_1H), CENT - CENT / 100, CENT);
    assert_in_range(per_h(&h, BURN_7D), CENT - CENT / 100, CENT);
    burn_done(&h);
}

static void a_history_that_is_shifted_keeps_its_rates(void **state)
{
    static const int64_t steps[] = { 3 * DAY_S, -3 * DAY_S, 7 * HOUR_S, -600,
                                     56 * 365 * (int64_t)DAY_S };
    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct burn_history h = steady(START, 3 * HOUR_S, CENT),
                            never = { .first_seen = TIME_NONE };
        unix_s first = h.first_seen, last = h.last_seen;
        int64_t before[BURN_WINDOWS];
        for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
            before[w] = per_h(&h, w);
        burn_shift(&h, steps[i]);
        assert_int_equal(h.first_seen, first + steps[i]);
        assert_int_equal(h.last_seen, last + steps[i]);
        for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
            assert_in_range(per_h(&h, w), before[w] - before[w] / 10, before[w] + before[w] / 10);
        burn_shift(&never, steps[i]);
        assert_int_equal(never.first_seen, TIME_NONE);
        burn_done(&h);
    }
}

static void a_clock_set_back_a_little_keeps_the_total(void **state)
{
    (void)state;
    struct burn_history h = steady(START, 3 * HOUR_S, CENT);
    int64_t before = per_h(&h, BURN_24H);
    unix_s back = START + 3 * HOUR_S - 1800;
    book(&h, 36 * CENT, START + 3 * HOUR_S, back);
    assert_int_equal(h.last_seen, START + 3 * HOUR_S);
    assert_in_range(per_h(&h, BURN_24H), before + 12 * CENT - 2, before + 12 * CENT + 2);
    assert_in_range(per_h(&h, BURN_1H), 12 * CENT, 48 * CENT);
    burn_done(&h);
}

static void a_clock_set_back_a_lot_begins_anew(void **state)
{
    (void)state;
    struct burn_history h = steady(START + 365 * DAY_S, DAY_S, CENT);
    book(&h, CENT, START + 366 * DAY_S, START);
    assert_false(burn_over(&h, BURN_1H).known);
    for (unix_s at = START + 300; at <= START + 3 * HOUR_S; at += 300)
        book(&h, CENT, at - 300, at);
    assert_in_range(per_h(&h, BURN_1H), 12 * CENT - 2, 12 * CENT + 2);
    burn_done(&h);
}

static void a_clock_that_jumps_a_year_ahead_spreads_thin(void **state)
{
    (void)state;
    struct burn_history h = steady(START, DAY_S, CENT);
    unix_s then = START + 366 * DAY_S;
    book(&h, 365 * 24 * CENT, START + DAY_S, then);
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
        assert_in_range(per_h(&h, w), CENT - 2, CENT + 2);
    burn_done(&h);
}

static void random_clocks_never_make_a_negative_or_absurd_rate(void **state)
{
    (void)state;
    static const int64_t jumps[] = { 1,  60,   300,   4000,  DAY_S,  400 * DAY_S,
                                     -1, -600, -3599, -4000, -DAY_S, -400 * DAY_S };
    struct random random = random_seeded(5);
    for (int run = 0; run < 50; run++) {
        struct burn_history h = watched_from(START);
        unix_s at = START;
        int64_t total = 0;
        for (int i = 0; i < 300; i++) {
            unix_s since = at;
            at += random_next(&random) % 10 ? 60 : jumps[random_next(&random) % COUNT(jumps)];
            total += CENT;
            book(&h, CENT, since, at);
            for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
                struct burn_rate rate = burn_over(&h, w);
                assert_true(!rate.known || (rate.nano_per_h >= 0 && rate.over_s > 0));
                assert_true(!rate.known || rate.nano_per_h / HOUR_S * rate.over_s <= total);
            }
        }
        burn_done(&h);
    }
}

/* Its stamps are those of a clock that was set since: nobody knows any more where it went. */
static void taking_back_what_lies_ahead_harms_nothing(void **state)
{
    (void)state;
    struct burn_history h = steady(START, 6 * HOUR_S, CENT);
    struct entry ahead = spent(50 * CENT, START + DAY_S, START + DAY_S + 300);
    burn_take(&h, &ahead);
    assert_int_equal(per_h(&h, BURN_1H), 12 * CENT);
    assert_int_equal(per_h(&h, BURN_6H), 12 * CENT);
    for (unix_s at = START + 6 * HOUR_S + 300; at <= START + DAY_S + HOUR_S; at += 300)
        book(&h, CENT, at - 300, at);
    assert_int_equal(per_h(&h, BURN_1H), 12 * CENT);
    burn_done(&h);
}

/* ---- sums that are kept, against sums that are made anew ---- */

/* So that its buckets are wide, for which no sums are kept. */
static void make_wide(struct burn_history *h)
{
    struct entry much = spent(100 * NANO_PER_USD, h->last_seen, h->last_seen);
    burn_add(h, &much);
    burn_take(h, &much);
}

static void assert_same_sums(const struct burn_history *h, const struct burn_history *other,
                             struct random *random)
{
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        struct burn_rate x = burn_over(h, w), y = burn_over(other, w);
        assert_true(x.known == y.known && x.over_s == y.over_s);
        assert_int_equal(x.nano_per_h, y.nano_per_h);
    }
    for (int i = 0; i < 4; i++) {
        unix_s after = h->last_seen - (int64_t)(random_next(random) % (8 * HOUR_S));
        assert_int_equal(burn_spent_since(h, after), burn_spent_since(other, after));
    }
}

enum { LIVED_MAX = 400 };

/* Two of one history, in narrow and in wide buckets, and what they lived. */
struct twins {
    struct burn_history narrow, wide;
    struct entry booked[LIVED_MAX];
    size_t count;
    unix_s at;
    struct random random;
};

static bool chance(struct twins *t, uint64_t of)
{
    return random_next(&t->random) % of == 0;
}

static void live_on(struct twins *t)
{
    static const int64_t gaps[] = { 5,     61,        299, 300,   3600,  7 * HOUR_S,
                                    DAY_S, 9 * DAY_S, -60, -3000, -5000, -9 * DAY_S };
    unix_s since = t->at;
    t->at += chance(t, 6) ? gaps[random_next(&t->random) % COUNT(gaps)] : 60;
    bool is_anew = burn_would_restart(&t->narrow, t->at);
    burn_seen(&t->narrow, t->at);
    burn_seen(&t->wide, t->at);
    if (is_anew) {
        make_wide(&t->wide);
        t->count = 0;
    }
    if (chance(t, 3))
        return;
    struct entry e = spent(1 + (int64_t)(random_next(&t->random) % (CENT / 10)), since, t->at);
    t->booked[t->count++] = e;
    burn_add(&t->narrow, &e);
    burn_add(&t->wide, &e);
}

static void set_clock(struct twins *t, int64_t step_s)
{
    burn_shift(&t->narrow, step_s);
    burn_shift(&t->wide, step_s);
    t->at += step_s;
    t->count = 0; /* under stamps that are no more */
}

static void take_last_back(struct twins *t)
{
    const struct entry *e = &t->booked[--t->count];
    burn_take(&t->narrow, e);
    burn_take(&t->wide, e);
}

static void sums_that_are_kept_are_those_of_the_buckets(void **state)
{
    (void)state;
    for (int run = 0; run < 40; run++) {
        struct twins t = { .narrow = watched_from(START + run),
                           .wide = watched_from(START + run),
                           .at = START + run,
                           .random = random_seeded((uint64_t)run) };
        make_wide(&t.wide);
        for (int i = 0; i < LIVED_MAX; i++) {
            live_on(&t);
            if (chance(&t, 40))
                set_clock(&t, (int64_t)(random_next(&t.random) % (4 * DAY_S)) - 2 * DAY_S);
            if (t.count && chance(&t, 20))
                take_last_back(&t);
            assert_same_sums(&t.narrow, &t.wide, &t.random);
            struct burn_history anew;
            burn_clone(&t.narrow, &anew);
            burn_shift(&anew, 0);
            assert_same_sums(&t.narrow, &anew, &t.random);
            burn_done(&anew);
        }
        burn_done(&t.narrow);
        burn_done(&t.wide);
    }
}

static void impossible_amounts_do_not_overflow(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START);
    for (unix_s at = START + 1; at <= START + 3000; at++)
        book(&h, 2 * MONEY_LIMIT_NANO, at - 1, at);
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++)
        assert_int_equal(per_h(&h, w), INT64_MAX);
    burn_done(&h);
}

static void what_was_spent_since_a_time_ends_at_the_last_reading(void **state)
{
    (void)state;
    struct burn_history h = steady(START, 3 * HOUR_S, CENT), idle = watched_from(START);
    unix_s last = START + 3 * HOUR_S;
    assert_int_equal(burn_spent_since(&h, last - HOUR_S), 12 * CENT);
    assert_int_equal(burn_spent_since(&h, last - 300), CENT);
    assert_int_equal(burn_spent_since(&h, last), 0);
    assert_int_equal(burn_spent_since(&idle, START), 0);
    burn_done(&h);
}

static void assert_same_start(struct burn_start a, struct burn_start b)
{
    assert_int_equal(a.spent_nano, b.spent_nano);
    assert_int_equal(a.busy_s, b.busy_s);
    assert_true(a.squares == b.squares);
}

/* The first hour is kept by its readings, as it was booked or as it is loaded; what came later is
 * not of it, and neither is what was told of the time before. */
static void the_first_hour_is_kept_by_its_readings(void **state)
{
    (void)state;
    struct burn_history h = watched_from(START), loaded = watched_from(START);
    const struct entry entries[] = { spent(6 * CENT, START, START + 60),
                                     spent(2 * CENT, START + 120, START + 140) };
    for (size_t i = 0; i < COUNT(entries); i++)
        book(&h, entries[i].amount.nano, entries[i].since, entries[i].at);
    struct burn_start start = burn_start(&h);
    assert_int_equal(start.spent_nano, 8 * CENT);
    assert_int_equal(start.busy_s, 80);
    assert_true(start.squares == 6.0 * CENT * 6 * CENT / 60 + 2.0 * CENT * 2 * CENT / 20);
    book(&h, CENT, START + 3590, START + 3610);
    burn_known_from(&h, START - DAY_S);
    burn_add(&h, &(struct entry){ ENTRY_CONSUMPTION, { CENT }, START - DAY_S, START });
    assert_same_start(burn_start(&h), start);

    burn_seen(&loaded, START + 7200);
    for (size_t i = 0; i < COUNT(entries); i++)
        burn_add_recent(&loaded, &entries[i]);
    assert_same_start(burn_start(&loaded), start);

    burn_take(&h, &entries[1]);
    assert_int_equal(burn_start(&h).spent_nano, 6 * CENT);
    assert_int_equal(burn_start(&h).busy_s, 60);
    burn_done(&h);
    burn_done(&loaded);
}

/* Of the five minutes in which the watch began, only what was watched was spent in. */
static void the_first_bucket_is_as_wide_as_it_was_watched(void **state)
{
    (void)state;
    for (int64_t began = 5; began < 300; began += 59) {
        struct burn_history h = watched_from(START + began);
        for (unix_s at = START + began + 10; at <= START + 900; at += 10)
            book(&h, CENT, at - 10, at);
        for (unix_s after = START + began; after < h.last_seen; after += 20) {
            int64_t told = burn_spent_since(&h, after), is = (h.last_seen - after) * CENT / 10;
            assert_in_range(told, is - CENT / 5, is + CENT / 5);
        }
        burn_done(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_hour_is_kept_by_its_readings),
        cmocka_unit_test(the_first_bucket_is_as_wide_as_it_was_watched),
        cmocka_unit_test(a_steady_burn_is_the_same_over_every_window),
        cmocka_unit_test(too_few_readings_tell_no_rate),
        cmocka_unit_test(a_young_token_is_measured_over_its_life),
        cmocka_unit_test(what_is_older_than_a_window_leaves_it),
        cmocka_unit_test(the_oldest_bucket_counts_in_proportion),
        cmocka_unit_test(an_hour_dearer_than_all_before_loses_nothing_of_them),
        cmocka_unit_test(a_clone_is_the_same_and_goes_its_own_way),
        cmocka_unit_test(taking_back_more_than_there_was_is_remembered),
        cmocka_unit_test(an_idle_token_costs_no_memory),
        cmocka_unit_test(missed_polls_lose_no_consumption),
        cmocka_unit_test(shifting_all_stamps_changes_nothing),
        cmocka_unit_test(dearer_calls_burn_in_proportion),
        cmocka_unit_test(slices_are_whole_hours_and_add_up_exactly),
        cmocka_unit_test(the_shares_of_a_gap_are_even_and_add_up_however_it_is_cut),
        cmocka_unit_test(only_consumption_is_sliced),
        cmocka_unit_test(loading_what_was_stored_gives_the_same_rates),
        cmocka_unit_test(stored_stamps_from_the_future_are_not_loaded),
        cmocka_unit_test(a_history_that_is_shifted_keeps_its_rates),
        cmocka_unit_test(a_clock_set_back_a_little_keeps_the_total),
        cmocka_unit_test(a_clock_set_back_a_lot_begins_anew),
        cmocka_unit_test(a_clock_that_jumps_a_year_ahead_spreads_thin),
        cmocka_unit_test(random_clocks_never_make_a_negative_or_absurd_rate),
        cmocka_unit_test(taking_back_what_lies_ahead_harms_nothing),
        cmocka_unit_test(sums_that_are_kept_are_those_of_the_buckets),
        cmocka_unit_test(impossible_amounts_do_not_overflow),
        cmocka_unit_test(what_was_spent_since_a_time_ends_at_the_last_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
