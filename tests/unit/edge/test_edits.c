/* Edits that commands write down for the daemon: found again whatever the name, by their account
 * only, and gone once they were booked, refused, or waited for too long. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/edits.h"

struct place {
    char folder[64], store[96], edits[128];
};

static int set_up(void **state)
{
    static struct place p;
    snprintf(p.folder, sizeof p.folder, "/tmp/ebb-edits-XXXXXX");
    assert_non_null(mkdtemp(p.folder));
    snprintf(p.store, sizeof p.store, "%s/ebb.db", p.folder);
    snprintf(p.edits, sizeof p.edits, "%s-edits", p.store);
    fclose(fopen(p.store, "w"));
    *state = &p;
    return 0;
}

static int tear_down(void **state)
{
    const struct place *p = *state;
    unlink(p->store);
    rmdir(p->edits);
    return rmdir(p->folder); /* nothing else is left behind */
}

static char *note(const struct place *p, const char *account, const char *token, int64_t nano)
{
    struct fault why;
    char *file;
    assert_true(
        edits_note(p->store, account, token, money_known((struct money){ nano }), &file, &why));
    assert_non_null(file);
    return file;
}

/* The newest edit of a token that waits, of those before `before`, unless that is NULL. */
static struct edit *waiting_edit(const struct edits *e, const char *token,
                                 const struct edit *before)
{
    for (size_t i = before ? (size_t)(before - e->at) : e->count; i-- > 0;)
        if (!e->at[i].booked && strcmp(e->at[i].token, token) == 0)
            return &e->at[i];
    return NULL;
}

static void an_edit_is_found_by_its_account_whatever_the_name(void **state)
{
    static const char *const names[] = { "prod-app", "-", "two\nlines\n",
                                         "\xc3\xa4 \xe2\x82\xac/..", "ebb-edit 1\nmain\n-\nx" };
    const struct place *p = *state;
    struct edits e = { 0 }, other = { 0 };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        free(note(p, "main", names[i], (int64_t)i - 2));
    edits_look(&e, p->store, "main");
    edits_look(&e, p->store, "main"); /* takes none twice */
    edits_look(&other, p->store, "mai");
    assert_int_equal(e.count, sizeof names / sizeof *names);
    assert_int_equal(other.count, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct edit *edit = waiting_edit(&e, names[i], NULL);
        assert_non_null(edit);
        assert_int_equal(edit->balance.is.nano, (int64_t)i - 2);
        assert_null(waiting_edit(&e, names[i], edit));
        edit->booked = true;
        assert_null(waiting_edit(&e, names[i], NULL));
    }
    edits_settle(&e, p->store);
    assert_int_equal(e.count, 0);
    edits_look(&e, p->store, "main");
    assert_int_equal(e.count, 0); /* their files are gone, too */
    edits_done(&e);
}

static void a_booked_edit_takes_those_before_it_along_and_leaves_those_after_it(void **state)
{
    const struct place *p = *state;
    struct edits e = { 0 };
    for (int64_t nano = 1; nano <= 3; nano++) {
        free(note(p, "main", "prod-app", nano));
        edits_look(&e, p->store, "main");
    }
    e.at[1].booked = true;
    assert_int_equal(waiting_edit(&e, "prod-app", NULL)->balance.is.nano, 3);
    assert_int_equal(waiting_edit(&e, "prod-app", &e.at[2])->balance.is.nano, 1);
    edits_settle(&e, p->store);
    assert_int_equal(e.count, 1);
    assert_int_equal(waiting_edit(&e, "prod-app", NULL)->balance.is.nano, 3);
    e.at[0].booked = true;
    edits_forget(&e); /* the write failed */
    assert_non_null(waiting_edit(&e, "prod-app", NULL));
    e.at[0].booked = true;
    edits_settle(&e, p->store);
    edits_done(&e);
}

static void what_was_refused_or_is_no_edit_is_not_taken_up(void **state)
{
    const struct place *p = *state;
    struct edits e = { 0 };
    char path[256], *file = note(p, "main", "prod-app", 1);
    edits_withdraw(file);
    free(file);
    static const char *const contents[] = { "",
                                            "rubbish",
                                            "ebb-edit 1\nmain\n",
                                            "ebb-edit 1\nmain\nmuch\nprod-app",
                                            "ebb-edit 2\nmain\n1.00\nprod-app",
                                            "ebb-edit 1\nmain\n1.00\n" };
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        snprintf(path, sizeof path, "%s/%zu", p->edits, i);
        FILE *f = fopen(path, "w");
        fputs(contents[i], f);
        fclose(f);
    }
    edits_look(&e, p->store, "main");
    assert_int_equal(e.count, 0);
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        snprintf(path, sizeof path, "%s/%zu", p->edits, i);
        unlink(path);
    }
    edits_done(&e);
}

static void without_a_database_nothing_is_written(void **state)
{
    struct place *p = *state;
    struct fault why;
    char *file = p->folder, none[128];
    snprintf(none, sizeof none, "%s/other.db", p->folder);
    assert_true(
        edits_note(none, "main", "prod-app", (struct maybe_money){ .known = false }, &file, &why));
    assert_null(file);
}

static void the_newest_order_about_credits_waits_until_it_is_settled(void **state)
{
    const struct place *p = *state;
    struct credits_order first, second, other;
    struct edits e = { 0 };
    struct fault why;
    assert_true(credits_order_put(p->store, "main", (struct money){ 120 }, &why));
    credits_order_look(p->store, "main", &first);
    assert_int_equal(first.level.nano, 120);
    assert_true(first.at != TIME_NONE && first.id[0]);
    assert_true(credits_order_put(p->store, "main", (struct money){ -5 }, &why));
    credits_order_look(p->store, "main", &second);
    assert_int_equal(second.level.nano, -5);
    assert_true(strcmp(second.id, first.id) > 0);

    credits_order_look(p->store, "mai", &other);
    assert_string_equal(other.id, "");
    edits_look(&e, p->store, "main"); /* it is no edit of a token */
    assert_int_equal(e.count, 0);
    edits_done(&e);

    credits_order_settle(p->store, "main", first.id); /* the later one stays */
    credits_order_look(p->store, "main", &other);
    assert_string_equal(other.id, second.id);
    credits_order_settle(p->store, "main", second.id);
    credits_order_look(p->store, "main", &other);
    assert_string_equal(other.id, "");
}

/* As if it had been written a day later, by a clock that was set back since. */
static void move_a_day_ahead(const struct place *p, const char *id, char ret[64])
{
    char from[256], to[256];
    int64_t at = strtoll(id, NULL, 10) + DAY_S;
    const char *rest = strchr(id, '.');
    snprintf(ret, 64, "%012" PRId64 "%.*s-%" PRId64, at, (int)(strrchr(rest, '-') - rest), rest,
             at);
    snprintf(from, sizeof from, "%s/%s", p->edits, id);
    snprintf(to, sizeof to, "%s/%s", p->edits, ret);
    assert_int_equal(rename(from, to), 0);
}

static void what_is_written_with_a_clock_that_was_set_back_is_the_newest(void **state)
{
    const struct place *p = *state;
    struct credits_order first, second, third;
    struct edits e = { 0 };
    char ahead[64], file[64];
    unix_s now = clock_unix();
    struct fault why;
    assert_true(credits_order_put(p->store, "main", (struct money){ 1 }, &why));
    credits_order_look(p->store, "main", &first);
    move_a_day_ahead(p, first.id, ahead);
    assert_true(credits_order_put(p->store, "main", (struct money){ 2 }, &why));
    credits_order_look(p->store, "main", &second);
    assert_int_equal(second.level.nano, 2);
    assert_in_range(second.at, now, now + HOUR_S); /* not when the other one was given */
    assert_true(credits_order_put(p->store, "main", (struct money){ 3 }, &why));
    credits_order_settle(p->store, "main", ahead); /* was read before the others were written */
    credits_order_look(p->store, "main", &third);
    assert_int_equal(third.level.nano, 3);
    credits_order_settle(p->store, "main", third.id);

    char *path = note(p, "main", "prod-app", 1);
    move_a_day_ahead(p, strrchr(path, '/') + 1, file);
    free(path);
    free(note(p, "main", "prod-app", 2));
    edits_look(&e, p->store, "main");
    assert_int_equal(waiting_edit(&e, "prod-app", NULL)->balance.is.nano, 2);
    e.at[0].booked = true; /* the first one */
    edits_settle(&e, p->store);
    assert_int_equal(e.count, 1);
    e.at[0].booked = true;
    edits_settle(&e, p->store);
    edits_done(&e);
}

static void an_order_needs_a_database(void **state)
{
    const struct place *p = *state;
    struct fault why;
    unlink(p->store);
    assert_false(credits_order_put(p->store, "main", (struct money){ 1 }, &why));
    assert_int_equal(why.kind, FAULT_REJECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_edit_is_found_by_its_account_whatever_the_name, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_booked_edit_takes_those_before_it_along_and_leaves_those_after_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_refused_or_is_no_edit_is_not_taken_up, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_a_database_nothing_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_order_about_credits_waits_until_it_is_settled,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_written_with_a_clock_that_was_set_back_is_the_newest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_order_needs_a_database, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
