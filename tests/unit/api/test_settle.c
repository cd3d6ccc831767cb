/* Lists whose tokens have ids: several pages, names that are shared or change, keys that are
 * revoked.
 */
#include "poll_scene.h"

#include "core/presence.h"

#define KEY_OF(id, name, more)                                                                     \
    "{\"id\":" id ",\"name\":\"" name "\",\"balance\":5,\"active_balance\":true" more "}"
#define LIVING(id, name) KEY_OF("\"" id "\"", name, "")
#define OF(id, name, member) KEY_OF("\"" id "\"", name, ",\"member\":\"" member "\"")
#define REVOKED(id, name)                                                                          \
    KEY_OF("\"" id "\"", name, ",\"revoked\":true,\"revoked_at\":\"2026-01-02T03:04:05Z\"")
#define NO_ID(name) KEY_OF("null", name, "")
#define NEXT(total, keys)                                                                          \
    "{\"total_count\":" total ",\"results\":[" keys "],\"next\":\"?offset=1\"}"
#define LAST(total, keys) "{\"total_count\":" total ",\"results\":[" keys "],\"next\":null}"

enum { REVOKED_AT = 1767323045 };

static void begin_keys(struct poll_scene *p, const char *const *bodies, size_t count)
{
    begin(p, bodies, count);
    p->scene.settings.api = API_V3;
}

/* The account's tokens are these, from another list. */
static void know(struct poll_scene *p, const struct identity *is, const char *shown)
{
    struct token *t = token_set_add_as(&p->known, is, shown);
    t->id = (int64_t)p->known.count;
    snprintf(t->last.type, sizeof t->last.type, "api_token");
}

static const char *shown_as(struct poll_scene *p, const char *key)
{
    for (size_t i = 0; i < p->poll->renaming_count; i++)
        if (strcmp(token_key(&p->poll->renamings[i].is), key) == 0)
            return p->poll->renamings[i].is.name;
    const struct token *t = token_set_find(&p->poll->fresh, span_of(key));
    t = t ? t : token_set_find(&p->known, span_of(key));
    return t ? t->name : NULL;
}

/* ---- pages ---- */

static void a_list_that_changes_between_its_pages_is_read_again(void **state)
{
    (void)state;
    static const struct {
        const char *bodies[4];
        size_t tokens;
    } rows[] = {
        { { NEXT("2", LIVING("a", "x")), LAST("3", LIVING("b", "y")), NEXT("3", LIVING("c", "z")),
            LAST("3", LIVING("a", "x") "," LIVING("b", "y")) },
          3 },
        { { NEXT("2", LIVING("a", "x")), LAST("2", LIVING("a", "x")), NEXT("2", LIVING("b", "y")),
            LAST("2", LIVING("a", "x")) },
          2 },
        { { NEXT("2", REVOKED("a", "x")), LAST("2", REVOKED("a", "x")), NEXT("2", LIVING("b", "y")),
            LAST("2", REVOKED("a", "x")) },
          1 },
        { { NEXT("3", LIVING("a", "x")), LAST("3", LIVING("b", "y")), NEXT("2", LIVING("b", "y")),
            LAST("2", LIVING("a", "x")) },
          2 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct poll_scene p;
        begin_keys(&p, rows[i].bodies, 4);
        struct poll *poll = run(&p);
        assert_int_equal(poll->result, POLL_OK);
        assert_int_equal(poll->fresh.count, rows[i].tokens);
        assert_int_equal(poll->unread, 0);
        assert_int_equal(p.scene.api.rate_limit.calls, 4); /* each counts */
        end(&p);
    }
}

static void a_list_that_never_stands_still_is_not_believed(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        NEXT("2", LIVING("a", "x")), LAST("3", LIVING("b", "y")), NEXT("4", LIVING("a", "x")),
        LAST("5", LIVING("b", "y")), NEXT("6", LIVING("a", "x")), LAST("7", LIVING("b", "y")),
    };
    struct poll_scene p;
    begin_keys(&p, bodies, 6);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_BROKEN);
    assert_says(&poll->why, "page 2 says that it has 7 tokens, the one before 6");
    assert_int_equal(scene_requests(&p.scene), 6);
    end(&p);
}

/* One odd key takes no other along, nor the rate limit. */
static void a_token_that_is_always_there_twice_is_its_own_trouble(void **state)
{
    (void)state;
#define ONE NEXT("3", LIVING("a", "x"))
#define TWO LAST("3", LIVING("a", "x") "," LIVING("b", "y"))
    static const char *const bodies[] = { ONE, TWO, ONE, TWO, ONE, TWO, ONE, TWO };
    struct poll_scene p;
    begin_keys(&p, bodies, 8);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_says(&poll->why, "listed twice");
    assert_int_equal(poll->fresh.count, 2);
    assert_int_equal(scene_requests(&p.scene), 6);
    learn(&p);
    poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(scene_requests(&p.scene), 8);
    end(&p);
}

static void pages_of_revoked_keys_are_a_part_of_the_list(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        NEXT("6", LIVING("a", "v")),
        "{\"results\":[" REVOKED("b", "w") "],\"next\":\"?offset=2\"}",
        "{\"results\":[" REVOKED("c", "w") "],\"next\":\"?offset=3\"}",
        "{\"results\":[" REVOKED("d", "w") "],\"next\":\"?offset=4\"}",
        "{\"results\":[" REVOKED("e", "w") "],\"next\":\"?offset=5\"}",
        LAST("6", LIVING("f", "z")),
    };
    struct poll_scene p;
    begin_keys(&p, bodies, 6);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(poll->fresh.count, 2);
    end(&p);
}

/* ---- names ---- */

static void living_keys_of_one_name_are_told_apart(void **state)
{
    (void)state;
    static const char *const bodies[] = { LAST(
        "5",
        OF("a", "prod", "ann@x.com") "," OF("b", "prod", "bob@x.com") "," KEY_OF(
            "\"c\"", "prod",
            ",\"masked\":\"...9f\"") "," LIVING("d", "other") "," REVOKED("e", "other")) };
    struct poll_scene p;
    begin_keys(&p, bodies, 1);
    run(&p);
    assert_string_equal(shown_as(&p, "a"), "prod (ann@x.com)");
    assert_string_equal(shown_as(&p, "b"), "prod (bob@x.com)");
    assert_string_equal(shown_as(&p, "c"), "prod (...9f)");
    assert_string_equal(shown_as(&p, "d"), "other");
    const struct token *t = token_set_find(&p.poll->fresh, span_of("b"));
    assert_string_equal(t->last.name, "prod");
    assert_string_equal(t->slug, "prod");
    assert_int_equal(p.poll->fresh.count, 4);
    end(&p);
}

/* And as soon as one is alone, it is shown by its name again. */
static void a_known_key_is_told_from_a_newcomer_of_its_name(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        LAST("1", OF("a", "prod", "ann@x.com")),
        LAST("2", OF("a", "prod", "ann@x.com") "," OF("b", "prod", "bob@x.com")),
        LAST("2", OF("a", "prod", "ann@x.com") "," REVOKED("b", "prod")),
    };
    struct poll_scene p;
    begin_keys(&p, bodies, 3);
    run(&p);
    learn(&p);
    run(&p); /* its bytes are those of before */
    assert_int_equal(p.poll->observation_count, 0);
    assert_int_equal(p.poll->renaming_count, 1);
    assert_string_equal(shown_as(&p, "a"), "prod (ann@x.com)");
    assert_string_equal(shown_as(&p, "b"), "prod (bob@x.com)");
    const struct renaming *r = &p.poll->renamings[0];
    const struct identity is = token_identity(&r->is);
    token_identify(r->token, &is, r->is.name);
    learn(&p);
    run(&p);
    assert_int_equal(p.poll->ended_count, 1);
    assert_string_equal(shown_as(&p, "a"), "prod");
    end(&p);
}

static void a_key_of_another_name_is_the_same_token(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        LAST("2", OF("a", "old", "ann@x.com") "," LIVING("b", "y")),
        LAST("2", OF("a", "new", "ann@x.com") "," LIVING("b", "y")),
    };
    struct poll_scene p;
    begin_keys(&p, bodies, 2);
    run(&p);
    learn(&p);
    struct poll *poll = run(&p);
    assert_true(poll->fresh.count == 0 && poll->listed == 2 && poll->renaming_count == 1);
    assert_string_equal(poll->renamings[0].token->name, "old");
    assert_string_equal(poll->renamings[0].is.name, "new");
    assert_string_equal(token_identity(&poll->renamings[0].is).member, "ann@x.com");
    assert_string_equal(poll->observations[0].reading.name, "old"); /* until that is stored */
    end(&p);
}

/* ---- keys that change ---- */

struct suitors {
    const char *list;
    size_t fresh, listed, renamed, ended;
};

/* Known are x and y by their names alone, and z with an id. */
static void a_name_gets_an_id_if_exactly_one_fits(void **state)
{
    (void)state;
    static const struct suitors rows[] = {
        { LAST("3", LIVING("a", "x") "," LIVING("b", "y") "," LIVING("c", "z")), 0, 3, 2, 0 },
        { LAST("3", LIVING("a", "x") "," OF("b", "x", "bob@x.com") "," LIVING("c", "z")), 2, 1, 0,
          0 },
        { LAST("3", LIVING("a", "x") "," REVOKED("b", "x") "," LIVING("c", "z")), 0, 2, 1, 0 },
        { LAST("3", NO_ID("x") "," LIVING("b", "x") "," LIVING("c", "z")), 1, 2, 0, 0 },
        { LAST("3", REVOKED("a", "x") "," REVOKED("b", "x") "," LIVING("c", "z")), 0, 1, 0, 1 },
        { LAST("3", LIVING("n", "new") "," LIVING("b", "y") "," LIVING("c", "z")), 1, 2, 1, 0 },
        /* a list without ids: the names are all there is */
        { LAST("3", NO_ID("x") "," NO_ID("y") "," NO_ID("z")), 0, 3, 0, 0 },
        { LAST("2", NO_ID("z") "," LIVING("a", "x")), 1, 1, 2, 0 },
        /* what cannot be read is of whoever is called so */
        { LAST("3", LIVING("a", "x") "," LIVING("b", "y") ",{\"id\":7,\"name\":\"z\"}"), 0, 3, 2,
          0 },
        { LAST("3", LIVING("a", "x") "," LIVING("b", "y") ",{\"id\":\"c\",\"name\":8}"), 0, 3, 2,
          0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct poll_scene p;
        const struct identity x = identity_named("x"), y = identity_named("y"),
                              z = { "c", "z", "", "" };
        begin_keys(&p, &rows[i].list, 1);
        know(&p, &x, "x");
        know(&p, &y, "y");
        know(&p, &z, "z");
        struct poll *poll = run(&p);
        if (poll->result != POLL_OK || poll->fresh.count != rows[i].fresh
            || poll->listed != rows[i].listed || poll->renaming_count != rows[i].renamed
            || poll->ended_count != rows[i].ended)
            fail_msg("row %zu: %s %zu fresh, %zu listed, %zu renamed, %zu ended", i, poll->why.text,
                     poll->fresh.count, poll->listed, poll->renaming_count, poll->ended_count);
        end(&p);
    }
}

static void a_revoked_key_ends_its_token_and_is_no_newcomer(void **state)
{
    (void)state;
    static const char *const bodies[] = { LAST(
        "4", REVOKED("a", "x") "," REVOKED("n", "new") "," LIVING("b", "x") "," LIVING("c", "z")) };
    struct poll_scene p;
    const struct identity a = { "a", "x", "", "" }, c = { "c", "z", "", "" };
    begin_keys(&p, bodies, 1);
    know(&p, &a, "x");
    know(&p, &c, "z");
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(poll->ended_count, 1);
    assert_string_equal(poll->ended[0].token->name, "x");
    assert_int_equal(poll->ended[0].at, REVOKED_AT);
    assert_true(poll->fresh.count == 1 && poll->listed == 1);
    assert_string_equal(shown_as(&p, "b"), "x"); /* the name is free */
    assert_false(presence_loss_of(&p.known).suspicious);
    end(&p);
}

/* In an API where names are keys, too. */
static void a_revoked_token_may_have_a_living_one_of_its_name(void **state)
{
    (void)state;
#define NAMED(name, more) "{\"name\":\"" name "\",\"balance\":1,\"active_balance\":true" more "}"
    static const char *const bodies[] = {
        "[" NAMED("x", ",\"revoked\":true") "," NAMED("x", "") "," NAMED("y", "") "]",
        "[" NAMED("x", ",\"revoked\":true") "," NAMED("y", "") "," NAMED(
            "x", ",\"revoked\":true,\"revoked_at\":\"2026-01-02T03:04:05Z\"") "]",
    };
    struct poll_scene p;
    begin(&p, bodies, 2);
    struct poll *poll = run(&p);
    assert_true(poll->result == POLL_OK && poll->fresh.count == 2 && poll->unread == 0);
    learn(&p);
    poll = run(&p);
    assert_int_equal(poll->ended_count, 1);
    assert_string_equal(poll->ended[0].token->name, "x");
    assert_int_equal(poll->ended[0].at, REVOKED_AT);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_that_changes_between_its_pages_is_read_again),
        cmocka_unit_test(a_list_that_never_stands_still_is_not_believed),
        cmocka_unit_test(a_token_that_is_always_there_twice_is_its_own_trouble),
        cmocka_unit_test(pages_of_revoked_keys_are_a_part_of_the_list),
        cmocka_unit_test(living_keys_of_one_name_are_told_apart),
        cmocka_unit_test(a_known_key_is_told_from_a_newcomer_of_its_name),
        cmocka_unit_test(a_key_of_another_name_is_the_same_token),
        cmocka_unit_test(a_name_gets_an_id_if_exactly_one_fits),
        cmocka_unit_test(a_revoked_key_ends_its_token_and_is_no_newcomer),
        cmocka_unit_test(a_revoked_token_may_have_a_living_one_of_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
