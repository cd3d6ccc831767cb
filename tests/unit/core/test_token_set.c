/* The fleet: finding tokens among many, and what complete lists do to belief in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/random.h"
#include "base/xmalloc.h"
#include "core/presence.h"

static const char *name_of(int number, char out[32])
{
    snprintf(out, 32, "dev-team-%d", number);
    return out;
}

static struct token_set fleet_of(int count)
{
    struct token_set f = { 0 };
    char name[32];
    for (int i = 0; i < count; i++)
        token_set_add(&f, name_of(i, name));
    return f;
}

static void a_token_is_found_by_its_name_alone(void **state)
{
    (void)state;
    struct token_set f = { 0 };
    assert_null(token_set_find(&f, span_of("prod-a")));
    token_set_add(&f, "prod-a");
    token_set_add(&f, "prod-b");
    assert_string_equal(token_set_find(&f, span_of("prod-a"))->name, "prod-a");
    assert_null(token_set_find(&f, span_of("prod-")));
    assert_null(token_set_find(&f, span_of("prod-aa")));
    assert_null(token_set_find(&f, span_of("")));
    token_set_done(&f);
}

static void a_new_token_knows_nothing_yet(void **state)
{
    (void)state;
    struct token_set f = { 0 };
    char name[] = "prod-a";
    struct token *t = token_set_add(&f, name);
    name[0] = 'X';
    assert_string_equal(t->name, "prod-a");
    assert_ptr_equal(t->last.name, t->name);
    assert_string_equal(t->slug, "prod-a");
    assert_true(t->seen_at == TIME_NONE && t->last_reset == TIME_NONE
                && t->last.expires == TIME_NONE);
    assert_true(t->forecast.likely == TIME_NONE && t->burn.first_seen == TIME_NONE);
    assert_false(t->high_water.known || t->last.balance.known);
    token_set_done(&f);
}

static void bytes_seen_before_are_recognised(void **state)
{
    (void)state;
    struct token_set f = fleet_of(3);
    assert_null(token_set_recognise(&f, 77));
    token_set_remember(&f, &f.tokens[1], 77);
    assert_ptr_equal(token_set_recognise(&f, 77), &f.tokens[1]);
    token_set_remember(&f, &f.tokens[1], 78);
    assert_null(token_set_recognise(&f, 77));
    assert_ptr_equal(token_set_recognise(&f, 78), &f.tokens[1]);
    token_set_remember(&f, &f.tokens[1], 0);
    assert_null(token_set_recognise(&f, 78));
    assert_null(token_set_recognise(&f, 0));
    token_set_done(&f);
}

/* Numbers in use, kept beside the fleet as the plain truth. */
enum { NUMBERS = 500 };

static void check_against(struct token_set *f, const uint64_t hashes[NUMBERS],
                          const bool present[NUMBERS])
{
    char name[32];
    for (int n = 0; n < NUMBERS; n++) {
        struct token *t = token_set_find(f, span_of(name_of(n, name)));
        assert_int_equal(t != NULL, present[n]);
        assert_true(!t || (strcmp(t->name, name) == 0 && t->last.name == t->name));
        if (hashes[n])
            assert_ptr_equal(token_set_recognise(f, hashes[n]), t);
    }
}

static void random_comings_and_goings_lose_nobody(void **state)
{
    (void)state;
    struct random random = random_seeded(11);
    struct token_set f = { 0 };
    uint64_t hashes[NUMBERS] = { 0 }, next_hash = 1;
    bool present[NUMBERS] = { false };
    for (int i = 0; i < 30000; i++) {
        int n = (int)(random_next(&random) % NUMBERS);
        char name[32];
        struct token *t = token_set_find(&f, span_of(name_of(n, name)));
        if (!t) {
            t = token_set_add(&f, name);
            t->alerts = xcalloc(1, sizeof *t->alerts);
            present[n] = true;
        } else if (random_next(&random) % 3) {
            /* Small hashes and hashes that share their low bits, so that probes collide. */
            hashes[n] = random_next(&random) % 2 ? next_hash++ : next_hash++ << 32;
            token_set_remember(&f, t, hashes[n]);
        } else {
            token_set_remove(&f, t);
            hashes[n] = 0;
            present[n] = false;
        }
        if (i % 500 == 0)
            check_against(&f, hashes, present);
    }
    check_against(&f, hashes, present);
    token_set_done(&f);
    assert_true(f.count == 0 && f.tokens == NULL);
}

static void a_hundred_thousand_tokens_are_found_again(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct token_set f = fleet_of(MANY);
    char name[32];
    for (size_t i = 0; i < f.count; i++)
        token_set_remember(&f, &f.tokens[i], hash_of(span_of(f.tokens[i].name)) | 1);
    for (int n = 0; n < MANY; n += 7)
        assert_non_null(token_set_find(&f, span_of(name_of(n, name))));
    for (size_t i = f.count; i-- > 0;)
        if (i % 2)
            token_set_remove(&f, &f.tokens[i]);
    assert_int_equal(f.count, MANY / 2);
    for (int n = 0; n < MANY; n++)
        assert_int_equal(token_set_find(&f, span_of(name_of(n, name))) != NULL, n % 2 == 0);
    token_set_done(&f);
}

/* What a complete list says, taken to each token. */
static bool judge(struct token_set *f, unix_s now)
{
    struct presence_loss loss = presence_loss_of(f);
    for (size_t i = 0; i < f->count; i++)
        presence_note(&f->tokens[i], &loss, now);
    f->suspicious = loss.run;
    return loss.plausible;
}

/* Reads one list, `at` hours after the first, in which exactly the tokens with a '1' at their place
 * appear; books it when it is plausible. */
static bool read_list(struct token_set *f, double at_h, const char *pattern)
{
    unix_s now = 1000000 + (unix_s)(at_h * HOUR_S);
    char name[32];
    presence_begin(f);
    for (int n = 0; pattern[n]; n++) {
        struct token *t = token_set_find(f, span_of(name_of(n, name)));
        if (t && pattern[n] == '1')
            t->listed = true;
    }
    bool plausible = judge(f, now);
    for (size_t i = f->count; plausible && i-- > 0;) {
        presence_book(&f->tokens[i]);
        if (presence_is_gone(&f->tokens[i], now))
            token_set_remove(f, &f->tokens[i]);
    }
    return plausible;
}

struct list {
    double at_h;
    const char *appear;
    bool verdict;
    size_t left;
};

static void play(const char *what, int count, const struct list *lists, size_t list_count)
{
    struct token_set f = fleet_of(count);
    for (size_t i = 0; i < list_count; i++) {
        bool verdict = read_list(&f, lists[i].at_h, lists[i].appear);
        if (verdict != lists[i].verdict || f.count != lists[i].left)
            fail_msg("%s: list %zu is %s and leaves %zu", what, i + 1,
                     verdict ? "plausible" : "suspicious", f.count);
    }
    token_set_done(&f);
}

#define LISTS(...)                                                                                 \
    (const struct list[]){ __VA_ARGS__ }, COUNT(((const struct list[]){ __VA_ARGS__ }))
#define OK true
#define SUS false

static void a_token_is_deleted_after_three_lists_and_two_hours_without_it(void **state)
{
    (void)state;
    play("in a row", 4, LISTS({ 0, "1110", OK, 4 }, { 1, "1110", OK, 4 }, { 2, "1110", OK, 3 }));
    play("many lists in a short time", 4,
         LISTS({ 0, "1110", OK, 4 }, { .01, "1110", OK, 4 }, { .02, "1110", OK, 4 },
               { .03, "1110", OK, 4 }, { 1.9, "1110", OK, 4 }, { 2, "1110", OK, 3 }));
    play("few lists in a long time", 4,
         LISTS({ 0, "1110", OK, 4 }, { 90, "1110", OK, 4 }, { 91, "1110", OK, 3 }));
    play("not in a row", 4,
         LISTS({ 0, "1110", OK, 4 }, { 1, "1110", OK, 4 }, { 1.9, "1111", OK, 4 },
               { 2, "1110", OK, 4 }, { 3, "1110", OK, 4 }, { 4, "1110", OK, 3 }));
    play("half at once is still plausible", 4,
         LISTS({ 0, "1100", OK, 4 }, { 1, "1100", OK, 4 }, { 2, "1100", OK, 2 }));
}

static void a_list_that_lost_too_many_is_held_back(void **state)
{
    (void)state;
    play("an empty list", 4,
         LISTS({ 0, "0000", SUS, 4 }, { 1, "0000", SUS, 4 }, { 2, "1111", OK, 4 }));
    play("more than half", 5,
         LISTS({ 0, "11000", SUS, 5 }, { 1, "11000", SUS, 5 }, { 2, "11000", OK, 5 }));
    play("a healthy list in between starts the count again", 4,
         LISTS({ 0, "0000", SUS, 4 }, { 1, "0000", SUS, 4 }, { 2, "1111", OK, 4 },
               { 3, "0000", SUS, 4 }, { 4, "0000", SUS, 4 }, { 5, "0000", OK, 4 }));
    play("an empty fleet has nothing to lose", 0, LISTS({ 0, "", OK, 0 }, { 1, "", OK, 0 }));
}

static void most_of_a_fleet_is_deleted_only_after_a_day(void **state)
{
    (void)state;
    play("all", 4,
         LISTS({ 0, "0000", SUS, 4 }, { 1, "0000", SUS, 4 }, { 2, "0000", OK, 4 },
               { 12, "0000", OK, 4 }, { 23.9, "0000", OK, 4 }, { 24, "0000", OK, 0 },
               { 25, "", OK, 0 }));
    play("the only one", 1,
         LISTS({ 0, "0", SUS, 1 }, { 1, "0", SUS, 1 }, { 2, "0", OK, 1 }, { 24, "0", OK, 0 }));
    play("more than half", 5,
         LISTS({ 0, "11000", SUS, 5 }, { 1, "11000", SUS, 5 }, { 2, "11000", OK, 5 },
               { 23, "11000", OK, 5 }, { 24, "11000", OK, 2 }));
    play("in parts, each plausible", 6,
         LISTS({ 0, "111100", OK, 6 }, { .5, "111100", OK, 6 }, { 1, "110000", OK, 6 },
               { 3, "110000", OK, 6 }, { 23, "110000", OK, 6 }, { 24, "110000", OK, 4 },
               { 25, "11", OK, 2 }));
    play("they come back in time", 4,
         LISTS({ 0, "0000", SUS, 4 }, { 1, "0000", SUS, 4 }, { 2, "0000", OK, 4 },
               { 23, "1111", OK, 4 }, { 24, "1110", OK, 4 }, { 25, "1110", OK, 4 },
               { 26, "1110", OK, 3 }));
}

static void a_list_is_believed_in_what_it_shows_while_what_it_lacks_is_missing(void **state)
{
    (void)state;
    struct token_set f = fleet_of(3);
    size_t lost;
    assert_int_equal(read_list(&f, 0, "100"), SUS);
    assert_int_equal(f.tokens[1].missing, 0);
    assert_int_equal(read_list(&f, 1, "100"), SUS);
    assert_int_equal(read_list(&f, 2, "100"), OK);
    assert_true(f.tokens[0].missing == 0 && f.tokens[1].missing == PRESENCE_PATIENCE);
    assert_true(presence_lost_since(&f, &lost) == 1000000 && lost == 2);
    assert_int_equal(read_list(&f, 3, "111"), OK);
    assert_true(presence_lost_since(&f, &lost) == TIME_NONE && lost == 0
                && f.tokens[1].missing == 0);
    token_set_done(&f);
}

static void suspicious_lists_count_only_for_what_all_of_them_lack(void **state)
{
    (void)state;
    play("they disagree", 6,
         LISTS({ 0, "110000", SUS, 6 }, { 1, "001100", SUS, 6 }, { 2, "000011", OK, 6 },
               { 3, "111111", OK, 6 }));
    play("they agree in part", 6,
         LISTS({ 0, "110000", SUS, 6 }, { 1, "110000", SUS, 6 }, { 2, "011000", OK, 6 },
               { 24, "011000", OK, 3 }, { 25, "011", OK, 3 }, { 26, "011", OK, 2 }));
    play("a healthy list refutes them", 6,
         LISTS({ 0, "000000", SUS, 6 }, { 1, "000000", SUS, 6 }, { 24, "111110", OK, 6 },
               { 25, "111110", OK, 6 }, { 26, "111110", OK, 5 }));
}

static void tokens_missing_already_make_no_later_list_suspicious(void **state)
{
    (void)state;
    play("one more", 10,
         LISTS({ 0, "1111110000", OK, 10 }, { 1, "1111100000", OK, 10 },
               { 2, "1111100000", OK, 6 }));
    play("most of the rest", 10, LISTS({ 0, "1111110000", OK, 10 }, { 1, "1100000000", SUS, 10 }));
}

/* What is stored of an absence and the time of the next list are all that counts. */
static void a_clock_that_was_set_back_starts_the_absence_again(void **state)
{
    (void)state;
    play("back", 4,
         LISTS({ 100, "1110", OK, 4 }, { 101, "1110", OK, 4 }, { 50, "1110", OK, 4 },
               { 51, "1110", OK, 4 }, { 52, "1110", OK, 3 }));
}

static void an_adopted_token_brings_all_that_it_owns(void **state)
{
    (void)state;
    struct token_set f = fleet_of(2), other = { 0 };
    struct token *from = token_set_add(&other, "prod-back");
    from->id = 7;
    from->alerts = xcalloc(1, sizeof *from->alerts);
    from->alerts[0].episode = 3;
    token_set_remember(&other, from, 55);
    struct token *t = token_set_adopt(&f, from);
    token_set_done(&other);
    assert_ptr_equal(token_set_find(&f, span_of("prod-back")), t);
    assert_true(t->id == 7 && t->alerts[0].episode == 3 && t->last.name == t->name);
    token_set_remember(&f, t, 56);
    assert_ptr_equal(token_set_recognise(&f, 56), t);
    token_set_done(&f);
}

static void booking_tells_what_changed(void **state)
{
    (void)state;
    struct token_set f = fleet_of(3);
    presence_begin(&f);
    f.tokens[0].listed = f.tokens[1].listed = true;
    assert_true(judge(&f, 0));
    assert_false(presence_book(&f.tokens[0]));
    assert_true(presence_book(&f.tokens[2]));
    assert_int_equal(f.tokens[2].missing, 1);
    presence_begin(&f);
    f.tokens[0].listed = f.tokens[1].listed = f.tokens[2].listed = true;
    judge(&f, 0);
    assert_true(presence_book(&f.tokens[2]));
    assert_int_equal(f.tokens[2].missing, 0);
    token_set_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_found_by_its_name_alone),
        cmocka_unit_test(a_new_token_knows_nothing_yet),
        cmocka_unit_test(bytes_seen_before_are_recognised),
        cmocka_unit_test(random_comings_and_goings_lose_nobody),
        cmocka_unit_test(a_hundred_thousand_tokens_are_found_again),
        cmocka_unit_test(a_token_is_deleted_after_three_lists_and_two_hours_without_it),
        cmocka_unit_test(a_list_that_lost_too_many_is_held_back),
        cmocka_unit_test(most_of_a_fleet_is_deleted_only_after_a_day),
        cmocka_unit_test(a_list_is_believed_in_what_it_shows_while_what_it_lacks_is_missing),
        cmocka_unit_test(suspicious_lists_count_only_for_what_all_of_them_lack),
        cmocka_unit_test(a_clock_that_was_set_back_starts_the_absence_again),
        cmocka_unit_test(an_adopted_token_brings_all_that_it_owns),
        cmocka_unit_test(tokens_missing_already_make_no_later_list_suspicious),
        cmocka_unit_test(booking_tells_what_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
