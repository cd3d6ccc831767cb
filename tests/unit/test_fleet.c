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
#include "core/fleet.h"

static const char *name_of(int number, char out[32])
{
    snprintf(out, 32, "dev-team-%d", number);
    return out;
}

static struct fleet fleet_of(int count)
{
    struct fleet f = { 0 };
    char name[32];
    for (int i = 0; i < count; i++)
        fleet_add(&f, name_of(i, name));
    return f;
}

static void a_token_is_found_by_its_name_alone(void **state)
{
    (void)state;
    struct fleet f = { 0 };
    assert_null(fleet_find(&f, span_of("prod-a")));
    fleet_add(&f, "prod-a");
    fleet_add(&f, "prod-b");
    assert_string_equal(fleet_find(&f, span_of("prod-a"))->name, "prod-a");
    assert_null(fleet_find(&f, span_of("prod-")));
    assert_null(fleet_find(&f, span_of("prod-aa")));
    assert_null(fleet_find(&f, span_of("")));
    fleet_done(&f);
}

static void a_new_token_knows_nothing_yet(void **state)
{
    (void)state;
    struct fleet f = { 0 };
    char name[] = "prod-a";
    struct token *t = fleet_add(&f, name);
    name[0] = 'X';
    assert_string_equal(t->name, "prod-a");
    assert_ptr_equal(t->last.name, t->name);
    assert_string_equal(t->slug, "prod-a");
    assert_true(t->seen_at == TIME_NONE && t->last_reset == TIME_NONE && t->last.expires == TIME_NONE);
    assert_true(t->forecast.likely == TIME_NONE && t->burn.first_seen == TIME_NONE);
    assert_false(t->risen_to.known || t->last.balance.known);
    fleet_done(&f);
}

static void bytes_seen_before_are_recognised(void **state)
{
    (void)state;
    struct fleet f = fleet_of(3);
    assert_null(fleet_recognise(&f, 77));
    fleet_remember(&f, &f.tokens[1], 77);
    assert_ptr_equal(fleet_recognise(&f, 77), &f.tokens[1]);
    fleet_remember(&f, &f.tokens[1], 78);
    assert_null(fleet_recognise(&f, 77));
    assert_ptr_equal(fleet_recognise(&f, 78), &f.tokens[1]);
    fleet_remember(&f, &f.tokens[1], 0);
    assert_null(fleet_recognise(&f, 78));
    assert_null(fleet_recognise(&f, 0));
    fleet_done(&f);
}

/* Numbers in use, kept beside the fleet as the plain truth. */
enum { NUMBERS = 500 };

static void check_against(struct fleet *f, const uint64_t hashes[NUMBERS], const bool present[NUMBERS])
{
    char name[32];
    for (int n = 0; n < NUMBERS; n++) {
        struct token *t = fleet_find(f, span_of(name_of(n, name)));
        assert_int_equal(t != NULL, present[n]);
        assert_true(!t || (strcmp(t->name, name) == 0 && t->last.name == t->name));
        if (hashes[n])
            assert_ptr_equal(fleet_recognise(f, hashes[n]), t);
    }
}

static void random_comings_and_goings_lose_nobody(void **state)
{
    (void)state;
    struct random random = random_seeded(11);
    struct fleet f = { 0 };
    uint64_t hashes[NUMBERS] = { 0 }, next_hash = 1;
    bool present[NUMBERS] = { false };
    for (int i = 0; i < 30000; i++) {
        int n = (int)(random_next(&random) % NUMBERS);
        char name[32];
        struct token *t = fleet_find(&f, span_of(name_of(n, name)));
        if (!t) {
            t = fleet_add(&f, name);
            t->alerts = xcalloc(1, sizeof *t->alerts);
            present[n] = true;
        } else if (random_next(&random) % 3) {
            /* Small hashes and hashes that share their low bits, so that probes collide. */
            hashes[n] = random_next(&random) % 2 ? next_hash++ : next_hash++ << 32;
            fleet_remember(&f, t, hashes[n]);
        } else {
            fleet_remove(&f, t);
            hashes[n] = 0;
            present[n] = false;
        }
        if (i % 500 == 0)
            check_against(&f, hashes, present);
    }
    check_against(&f, hashes, present);
    fleet_done(&f);
    assert_true(f.count == 0 && f.tokens == NULL);
}

static void a_hundred_thousand_tokens_are_found_again(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct fleet f = fleet_of(MANY);
    char name[32];
    for (size_t i = 0; i < f.count; i++)
        fleet_remember(&f, &f.tokens[i], hash_of(span_of(f.tokens[i].name)) | 1);
    for (int n = 0; n < MANY; n += 7)
        assert_non_null(fleet_find(&f, span_of(name_of(n, name))));
    for (size_t i = f.count; i-- > 0;)
        if (i % 2)
            fleet_remove(&f, &f.tokens[i]);
    assert_int_equal(f.count, MANY / 2);
    for (int n = 0; n < MANY; n++)
        assert_int_equal(fleet_find(&f, span_of(name_of(n, name))) != NULL, n % 2 == 0);
    fleet_done(&f);
}

/* Reads one list in which exactly the tokens with a '1' at their place appear; books it when it is plausible. */
static enum fleet_verdict read_list(struct fleet *f, const char *pattern)
{
    char name[32];
    fleet_begin(f);
    for (int n = 0; pattern[n]; n++) {
        struct token *t = fleet_find(f, span_of(name_of(n, name)));
        if (t && pattern[n] == '1')
            t->listed = true;
    }
    enum fleet_verdict verdict = fleet_judge(f);
    for (size_t i = f->count; verdict == FLEET_PLAUSIBLE && i-- > 0;)
        if (fleet_book(&f->tokens[i]) && fleet_is_gone(&f->tokens[i]))
            fleet_remove(f, &f->tokens[i]);
    return verdict;
}

struct list {
    const char *appear;
    enum fleet_verdict verdict;
    size_t left;
};

static void play(const char *what, int count, const struct list *lists, size_t list_count)
{
    struct fleet f = fleet_of(count);
    for (size_t i = 0; i < list_count; i++) {
        enum fleet_verdict verdict = read_list(&f, lists[i].appear);
        if (verdict != lists[i].verdict || f.count != lists[i].left)
            fail_msg("%s: list %zu is %s and leaves %zu", what, i + 1,
                     verdict == FLEET_PLAUSIBLE ? "plausible" : "suspicious", f.count);
    }
    fleet_done(&f);
}

#define LISTS(...) (const struct list[]){ __VA_ARGS__ }, COUNT(((const struct list[]){ __VA_ARGS__ }))
#define OK FLEET_PLAUSIBLE
#define SUS FLEET_SUSPICIOUS

static void a_token_is_deleted_after_three_lists_without_it(void **state)
{
    (void)state;
    play("in a row", 4, LISTS({ "1110", OK, 4 }, { "1110", OK, 4 }, { "1110", OK, 3 }));
    play("not in a row", 4, LISTS({ "1110", OK, 4 }, { "1110", OK, 4 }, { "1111", OK, 4 }, { "1110", OK, 4 },
                                  { "1110", OK, 4 }, { "1110", OK, 3 }));
    play("half at once is still plausible", 4, LISTS({ "1100", OK, 4 }, { "1100", OK, 4 }, { "1100", OK, 2 }));
}

static void a_list_that_lost_too_many_is_held_back(void **state)
{
    (void)state;
    play("an empty list", 4, LISTS({ "0000", SUS, 4 }, { "0000", SUS, 4 }, { "1111", OK, 4 }));
    play("the last token", 1, LISTS({ "0", SUS, 1 }, { "0", SUS, 1 }, { "0", OK, 0 }, { "", OK, 0 }));
    play("more than half", 5, LISTS({ "11000", SUS, 5 }, { "11000", SUS, 5 }, { "11000", OK, 2 }, { "11", OK, 2 }));
    play("a healthy list in between starts the count again", 4,
         LISTS({ "0000", SUS, 4 }, { "0000", SUS, 4 }, { "1111", OK, 4 }, { "0000", SUS, 4 }, { "0000", SUS, 4 },
               { "0000", OK, 0 }));
    play("an empty fleet has nothing to lose", 0, LISTS({ "", OK, 0 }, { "", OK, 0 }));
}

static void suspicious_lists_delete_only_what_all_of_them_lack(void **state)
{
    (void)state;
    play("they disagree", 6,
         LISTS({ "110000", SUS, 6 }, { "001100", SUS, 6 }, { "000011", OK, 6 }, { "111111", OK, 6 }));
    play("they agree in part", 6, LISTS({ "110000", SUS, 6 }, { "110000", SUS, 6 }, { "011000", OK, 3 }));
    play("a healthy list refutes them", 6,
         LISTS({ "000000", SUS, 6 }, { "000000", SUS, 6 }, { "111110", OK, 6 }, { "111110", OK, 6 },
               { "111110", OK, 5 }));
}

static void tokens_missing_already_make_no_later_list_suspicious(void **state)
{
    (void)state;
    play("one more", 10,
         LISTS({ "1111110000", OK, 10 }, { "1111100000", OK, 10 }, { "1111000000", OK, 6 }, { "1111", OK, 5 }));
    play("most of the rest", 10, LISTS({ "1111110000", OK, 10 }, { "1100000000", SUS, 10 }));
}

static void booking_tells_what_changed(void **state)
{
    (void)state;
    struct fleet f = fleet_of(3);
    fleet_begin(&f);
    f.tokens[0].listed = f.tokens[1].listed = true;
    assert_int_equal(fleet_judge(&f), FLEET_PLAUSIBLE);
    assert_false(fleet_book(&f.tokens[0]));
    assert_true(fleet_book(&f.tokens[2]));
    assert_int_equal(f.tokens[2].missing, 1);
    fleet_begin(&f);
    f.tokens[0].listed = f.tokens[1].listed = f.tokens[2].listed = true;
    fleet_judge(&f);
    assert_true(fleet_book(&f.tokens[2]));
    assert_int_equal(f.tokens[2].missing, 0);
    fleet_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_found_by_its_name_alone),
        cmocka_unit_test(a_new_token_knows_nothing_yet),
        cmocka_unit_test(bytes_seen_before_are_recognised),
        cmocka_unit_test(random_comings_and_goings_lose_nobody),
        cmocka_unit_test(a_hundred_thousand_tokens_are_found_again),
        cmocka_unit_test(a_token_is_deleted_after_three_lists_without_it),
        cmocka_unit_test(a_list_that_lost_too_many_is_held_back),
        cmocka_unit_test(suspicious_lists_delete_only_what_all_of_them_lack),
        cmocka_unit_test(tokens_missing_already_make_no_later_list_suspicious),
        cmocka_unit_test(booking_tells_what_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
