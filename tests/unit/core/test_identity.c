/* Who a token is: keys and names, and what a plan makes of one that is renamed or revoked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/shown_name.h"
#include "plan_scene.h"

#define ID "6b1a0c0e-0000-4000-8000-000000000001"
#define OTHER_ID "6b1a0c0e-0000-4000-8000-000000000002"

static void a_token_without_an_id_keeps_nothing_beside_its_name(void **state)
{
    (void)state;
    struct token_set f = { 0 };
    struct token *t = token_set_add(&f, "prod-a");
    assert_null(t->marks);
    assert_ptr_equal(token_key(t), t->name);
    assert_ptr_equal(token_identity(t).name, t->name);
    token_set_done(&f);
}

static void two_keys_of_one_name_are_two_tokens(void **state)
{
    (void)state;
    const struct identity ann = { ID, "prod-a", "ann@x.com", "…9f" };
    const struct identity bob = { OTHER_ID, "prod-a", "bob@x.com", "" };
    struct token_set f = { 0 };
    token_set_add_as(&f, &ann, "prod-a (ann@x.com)");
    token_set_add_as(&f, &bob, "prod-a (bob@x.com)");
    const struct token *t = token_set_find(&f, span_of(OTHER_ID));
    assert_string_equal(t->name, "prod-a (bob@x.com)");
    assert_string_equal(t->last.name, "prod-a");
    assert_string_equal(token_identity(t).member, "bob@x.com");
    assert_string_equal(token_identity(token_set_find(&f, span_of(ID))).masked, "…9f");
    assert_null(token_set_find(&f, span_of("prod-a")));
    token_set_remove(&f, token_set_find(&f, span_of(ID)));
    assert_non_null(token_set_find(&f, span_of(OTHER_ID)));
    token_set_done(&f);
}

static const struct token *token_of_id(struct world *w, int64_t id)
{
    for (size_t i = 0; i < w->tokens.count; i++)
        if (w->tokens.tokens[i].id == id)
            return &w->tokens.tokens[i];
    return NULL;
}

static void a_renamed_token_keeps_its_row_its_slug_and_its_alert(void **state)
{
    (void)state;
    const struct identity is = { ID, "prod-new", "", "" };
    struct world w;
    world_of(&w, 3, 5);
    poll_world(&w, HOUR_S); /* all three fire */
    const struct alert before = token_alert(token_of_id(&w, 2), 0);
    assert_int_equal(before.level, LEVEL_WARNING);

    struct plan *p = plan_begin_world(&w, 60);
    plan_judge_list(p);
    plan_rename(p, 1, &is, "prod-new");
    assert_string_equal(w.tokens.tokens[1].name, "dev-1"); /* until it is stored */
    finish_world(&w, p);
    assert_int_equal(p->event_count, 1);
    assert_int_equal(p->events[0].transition.kind, TRANSITION_RENAMED);
    assert_string_equal(p->events[0].reason, "dev-1");
    assert_true(p->events[0].of->tells);
    adopt(&w, p);

    const struct token *t = token_set_find(&w.tokens, span_of(ID));
    assert_non_null(t);
    assert_true(t->id == 2 && strcmp(t->name, "prod-new") == 0 && strcmp(t->slug, "dev-1") == 0);
    const struct alert after = token_alert(t, 0);
    assert_memory_equal(&before, &after, sizeof before);
    assert_null(token_set_find(&w.tokens, span_of("dev-1")));
    assert_null(token_set_find(&w.tokens, span_of("prod-new")));
    world_done(&w);
}

static void an_id_that_a_name_gets_is_told_to_nobody(void **state)
{
    (void)state;
    const struct identity is = { ID, "dev-0", "ann@x.com", "" };
    struct world w;
    world_of(&w, 2, 5);
    poll_world(&w, HOUR_S);
    struct plan *p = plan_begin_world(&w, 60);
    plan_rename(p, 0, &is, "dev-0");
    finish_world(&w, p);
    assert_int_equal(p->event_count, 0);
    adopt(&w, p);
    assert_int_equal(token_set_find(&w.tokens, span_of(ID))->id, 1);
    world_done(&w);
}

/* The store finds a token by what it knows, so memory may not call it otherwise before. */
static void names_are_never_ahead_of_the_store(void **state)
{
    (void)state;
    const struct identity is = { ID, "prod-new", "", "" };
    struct token_set kept[PLAN_SETS] = { 0 };
    struct world w;
    world_of(&w, 3, 5);
    poll_world(&w, HOUR_S);
    token_set_remember(&w.tokens, &w.tokens.tokens[1], 77);
    struct plan *p = plan_begin_world(&w, 60);
    plan_rename(p, 1, &is, "prod-new");
    plan_adopt(p, w.sets, kept);
    plan_free(p);
    assert_int_equal(token_set_find(&w.tokens, span_of("dev-1"))->id, 2);
    assert_null(token_set_find(&w.tokens, span_of(ID)));
    assert_null(token_set_recognise(&w.tokens, 77)); /* it is decoded again, and renamed then */
    plan_return_to(&w.tokens, &kept[PLAN_TOKENS]);
    assert_int_equal(token_set_find(&w.tokens, span_of("dev-1"))->id, 2);
    assert_int_equal(w.tokens.count, 3);
    world_done(&w);
}

static void a_dropped_plan_renamed_nothing(void **state)
{
    (void)state;
    const struct identity is = { ID, "prod-new", "ann@x.com", "" };
    struct world w;
    world_of(&w, 3, 50);
    poll_world(&w, HOUR_S);
    struct plan *p = plan_begin_world(&w, 60);
    struct picture before = picture_of(&w.tokens);
    plan_rename(p, 0, &is, "prod-new");
    plan_rename(p, 0, &is, "prod-newer");
    plan_free(p);
    assert_same_picture(&before, &w.tokens);
    picture_done(&before);
    world_done(&w);
}

static void a_revoked_token_ends_at_once_with_its_alerts(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 3, 5);
    poll_world(&w, HOUR_S);
    struct plan *p = plan_begin_world(&w, 60);
    plan_judge_list(p);
    plan_revoke(p, 1, w.now - 30);
    finish_world(&w, p);
    assert_int_equal(p->event_count, 2);
    assert_int_equal(p->events[0].transition.kind, TRANSITION_RESOLVED);
    assert_string_equal(p->events[0].reason, "the token was revoked");
    assert_true(p->events[0].gone);
    assert_int_equal(p->events[1].transition.kind, TRANSITION_REVOKED);
    assert_int_equal(p->events[1].transition.value, 30);
    adopt(&w, p);
    assert_int_equal(w.tokens.count, 2);
    assert_null(token_of_id(&w, 2));
    world_done(&w);
}

/* Of two that swap their names each is who it was. */
static void names_may_be_exchanged(void **state)
{
    (void)state;
    const struct identity first = { ID, "a", "", "" }, second = { OTHER_ID, "b", "", "" };
    const struct identity first_then = { ID, "b", "", "" }, second_then = { OTHER_ID, "a", "", "" };
    struct world w;
    world_of(&w, 0, 5);
    token_set_add_as(&w.tokens, &first, "a")->id = 1;
    token_set_add_as(&w.tokens, &second, "b")->id = 2;
    struct plan *p = plan_begin_world(&w, 60);
    plan_rename(p, 0, &first_then, "b");
    plan_rename(p, 1, &second_then, "a");
    adopt(&w, p);
    assert_string_equal(token_of_id(&w, 1)->name, "b");
    assert_string_equal(token_set_find(&w.tokens, span_of(OTHER_ID))->name, "a");
    world_done(&w);
}

/* ---- how they are shown ---- */

static void assert_shown(struct shown *all, size_t count, const char *const *names)
{
    shown_names(all, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(all[i].name ? all[i].name : all[i].was, names[i]);
        free(all[i].name);
    }
}

static void names_that_are_shared_have_what_tells_them_apart(void **state)
{
    (void)state;
    struct shown all[] = {
        { { "1", "a", "ann", "..x" }, "a", NULL },   { { "2", "a", "bob", "..y" }, "a", NULL },
        { { "3", "a", "bob", "..z" }, "a", NULL },   { { "4", "a", "", "" }, "a", NULL },
        { { "5", "b", "ann", "..x" }, "old", NULL }, { { "", "c", "", "" }, "c", NULL },
        { { "7", "a (ann)", "", "" }, "x", NULL },
    };
    static const char *const names[] = { "a (..x)", "a (..y)", "a (..z)", "a (4)",
                                         "b",       "c",       "a (ann)" };
    assert_shown(all, COUNT(all), names);
}

/* Whatever others call theirs, or say that they are. */
static void nobody_is_shown_like_another_by_calling_it_so(void **state)
{
    (void)state;
    struct shown all[] = {
        { { "1", "a", "ann", "" }, "a", NULL },
        { { "2", "a", "bob", "" }, "a", NULL },
        { { "3", "a (ann)", "", "" }, "a (ann)", NULL },
        { { "4", "a (1)", "", "" }, "x", NULL },
        { { "5", "b", "c) (d", "" }, "b", NULL },
        { { "6", "b", "e", "" }, "b", NULL },
        { { "7", "b (c)", "d", "" }, "x", NULL },
        { { "8", "b (c)", "e", "" }, "x", NULL },
        { { "", "a (1) (1)", "", "" }, "a (1) (1)", NULL },
    };
    static const char *const names[] = {
        "a (1) (1) (1)", "a (bob)",   "a (ann)",   "a (1)",     "b (5)",
        "b (e)",         "b (c) (7)", "b (c) (e)", "a (1) (1)",
    };
    assert_shown(all, COUNT(all), names);
}

/* Whoever makes thousands of one name holds up nobody. */
static void very_many_of_one_name_are_told_apart_by_their_ids(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    static char ids[MANY][16];
    struct shown *all = xcalloc(MANY, sizeof *all);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof ids[i], "%zu", i);
        all[i] = (struct shown){ { ids[i], "a", ids[i], "" }, "a", NULL };
    }
    shown_names(all, MANY);
    assert_string_equal(all[77].name, "a (77)");
    for (size_t i = 0; i < MANY; i++)
        free(all[i].name);
    free(all);
}

static void a_name_that_is_long_gives_way_to_what_tells_it_apart(void **state)
{
    (void)state;
    char name[NAME_BYTES_MAX + 1];
    memset(name, 'n', NAME_BYTES_MAX - 6);
    strcpy(name + NAME_BYTES_MAX - 6, "\xe2\x82\xac\xe2\x82\xac");
    struct shown all[] = { { { "1", name, "ann", "" }, name, NULL },
                           { { "2", name, "bob", "" }, name, NULL } };
    shown_names(all, 2);
    assert_true(strlen(all[0].name) <= NAME_BYTES_MAX);
    assert_string_equal(all[0].name + strlen(all[0].name) - 6, " (ann)");
    assert_true(utf8_characters(span_of(all[0].name)) > 0);
    free(all[0].name);
    free(all[1].name);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_without_an_id_keeps_nothing_beside_its_name),
        cmocka_unit_test(two_keys_of_one_name_are_two_tokens),
        cmocka_unit_test(a_renamed_token_keeps_its_row_its_slug_and_its_alert),
        cmocka_unit_test(an_id_that_a_name_gets_is_told_to_nobody),
        cmocka_unit_test(names_are_never_ahead_of_the_store),
        cmocka_unit_test(a_dropped_plan_renamed_nothing),
        cmocka_unit_test(a_revoked_token_ends_at_once_with_its_alerts),
        cmocka_unit_test(names_may_be_exchanged),
        cmocka_unit_test(names_that_are_shared_have_what_tells_them_apart),
        cmocka_unit_test(nobody_is_shown_like_another_by_calling_it_so),
        cmocka_unit_test(very_many_of_one_name_are_told_apart_by_their_ids),
        cmocka_unit_test(a_name_that_is_long_gives_way_to_what_tells_it_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
