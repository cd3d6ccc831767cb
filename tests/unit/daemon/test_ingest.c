/* A list with more newcomers than one turn of the loop has time for comes in parts: whatever ends
 * between two of them, nothing is lost and nothing is told twice, and what a new rule finds is one
 * digest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/collect.h"
#include "daemon/ingest.h"
#include "daemon/pace.h"
#include "daemon/state.h"
#include "daemon/watch.h"
#include "edge/store/store_private.h"
#include "store_scene.h"
#include "view/ready.h"
#include "view/writer.h"

enum { MANY = 2500, PARTS = 3 };

#define LOW (5 * NANO_PER_USD)
#define HIGH (50 * NANO_PER_USD)

/* An agent of one account without a broker; every third of its tokens is low. */
struct desk {
    struct place *place;
    struct settings settings;
    struct account_settings account_settings;
    struct account account;
    struct rule rules[2];
    struct agent agent;
    unix_s now;
    size_t low_every; /* 0: none is */
};

static struct rule rule_below(const char *name, int64_t nano)
{
    struct rule r = { .kind = RULE_BALANCE_BELOW,
                      .enabled = true,
                      .levels[LEVEL_WARNING] = { true, nano, nano } };
    snprintf(r.name, sizeof r.name, "%s", name);
    return r;
}

/* As a start does. */
static void open_account(struct desk *d)
{
    struct fault why;
    d->account = (struct account){ .settings = &d->account_settings };
    pace_start(&d->agent, &d->account, 0);
    check(account_open(&d->agent, &d->account, &why), &why);
    watch_open(&d->agent, &d->account);
}

static void open_desk(struct desk *d, struct place *p)
{
    *d = (struct desk){ .place = p, .now = START, .low_every = 3 };
    open_store(p);
    snprintf(d->account_settings.name, sizeof d->account_settings.name, "main");
    d->account_settings.url = xstrdup("http://127.0.0.1");
    d->account_settings.interval_s = d->account_settings.interval_min_s =
        d->account_settings.interval_max_s = 60;
    d->account_settings.calls_milli_per_s = 1000;
    d->settings.store = p->path;
    d->rules[0] = rule_below("low", 10 * NANO_PER_USD);
    d->rules[1] = rule_below("lower", NANO_PER_USD);
    d->agent = (struct agent){ .settings = &d->settings,
                               .store = p->store,
                               .accounts = &d->account,
                               .account_count = 1,
                               .rules = { d->rules, COUNT(d->rules) } };
    open_account(d);
}

static void close_desk(struct desk *d)
{
    free(d->account_settings.url);
    account_close(&d->account);
    bypass_done(&d->agent.bypass);
    conditions_done(&d->agent.conditions);
}

static bool is_low(const struct desk *d, size_t i)
{
    return d->low_every && i % d->low_every == 0;
}

/* The list of the first so many tokens has been read: who is known is as before. */
static void read_list(struct desk *d, size_t count)
{
    struct poll *p = d->account.poll = xcalloc(1, sizeof *p);
    p->result = POLL_OK;
    presence_begin(&d->account.fleet);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "prod-%04d", (int)i);
        struct token *t = token_set_find(&d->account.fleet, span_of(name));
        p->listed += t != NULL;
        t = t ? t : token_set_add(&p->fresh, name);
        t->listed = true;
        if (t->id)
            continue;
        t->last =
            (struct reading){ .name = t->name,
                              .type = "api_token",
                              .budgeted = true,
                              .balance = money_known((struct money){ is_low(d, i) ? LOW : HIGH }),
                              .expires = TIME_NONE };
    }
    d->now += 60;
}

static void end_poll(struct desk *d)
{
    poll_free(d->account.poll);
    d->account.poll = NULL;
}

static bool take_part(struct desk *d, struct fault *why)
{
    return ingest(&d->agent, &d->account, d->now, why);
}

static void take_parts(struct desk *d, int parts)
{
    struct fault why;
    for (int i = 0; i < parts; i++) {
        assert_true(i == 0 || ingest_goes_on(&d->account));
        check(take_part(d, &why), &why);
    }
}

/* To its end; the number of parts. */
static int take_list(struct desk *d, size_t count)
{
    struct fault why;
    int parts = 0;
    read_list(d, count);
    do {
        check(take_part(d, &why), &why);
        parts++;
    } while (ingest_goes_on(&d->account));
    end_poll(d);
    return parts;
}

/* Without a word, between two parts; and started again. */
static void kill_and_start(struct desk *d)
{
    account_close(&d->account);
    open_account(d);
}

/* ---- what is stored ---- */

#define STORED_TOKENS "SELECT count(*) FROM token WHERE kind = 'token'"
/* Of several at once; each event of one of them has the digest's id. */
#define DIGESTS                                                                                    \
    "SELECT count(*) FROM event e JOIN token t ON t.id = e.token"                                  \
    " WHERE e.digest IS NULL AND t.kind <> 'token'"
#define FOUND "SELECT count(*) FROM event e JOIN event d ON d.id = e.digest WHERE e.kind = 'raised'"
#define RAISED "SELECT count(*) FROM event WHERE kind = 'raised' AND digest IS NULL"
#define FIRING "SELECT count(*) FROM alert WHERE level = 'warning'"
#define RAISED_TWICE                                                                               \
    "SELECT count(*) FROM (SELECT 1 FROM event e JOIN token t ON t.id = e.token"                   \
    " WHERE e.kind = 'raised' AND t.kind = 'token' GROUP BY e.token, e.rule HAVING count(*) > 1)"

static size_t low_of(const struct desk *d, size_t count)
{
    size_t low = 0;
    for (size_t i = 0; i < count; i++)
        low += is_low(d, i);
    return low;
}

static void assert_all_is_told_once(struct desk *d)
{
    assert_int_equal(d->account.fleet.count, MANY);
    assert_int_equal(ask(d->place, STORED_TOKENS), MANY);
    assert_int_equal(ask(d->place, FIRING), low_of(d, MANY));
    assert_int_equal(ask(d->place, DIGESTS), 1);
    assert_int_equal(ask(d->place, FOUND), low_of(d, MANY));
    assert_int_equal(ask(d->place, "SELECT count(*) FROM event"), low_of(d, MANY) + 1);
}

static bool is_ready(struct desk *d)
{
    struct writer w;
    struct fault why;
    bool ready;
    writer_init(&w, NULL, NULL);
    check(ready_show(d->place->store, d->now, &w, &ready, &why), &why);
    writer_done(&w);
    return ready;
}

/* ---- tests ---- */

static void newcomers_of_a_long_list_come_in_parts_and_are_one_digest(void **state)
{
    struct desk d;
    open_desk(&d, *state);
    read_list(&d, MANY);
    for (int part = 1; part < PARTS; part++) {
        take_parts(&d, 1);
        assert_true(ingest_goes_on(&d.account));
        assert_int_equal(ask(d.place, STORED_TOKENS), d.account.fleet.count);
        assert_in_range(d.account.fleet.count, 1, MANY - 1);
        assert_int_equal(ask(d.place, "SELECT count(*) FROM event"), 0);
        assert_int_equal(ask(d.place, FIRING), 0);
        assert_false(is_ready(&d));
    }
    take_parts(&d, 1);
    assert_false(ingest_goes_on(&d.account));
    end_poll(&d);
    assert_all_is_told_once(&d);
    assert_true(is_ready(&d));
    assert_int_equal(ask(d.place, "SELECT count(*) FROM poll WHERE tokens = 2500"), 1);
    assert_int_equal(ask(d.place, "SELECT next_poll_at IS NOT NULL FROM account"), 1);

    assert_int_equal(take_list(&d, MANY), 1);
    assert_all_is_told_once(&d);
    close_desk(&d);
}

static void what_is_killed_between_parts_loses_nothing_and_tells_nothing_twice(void **state)
{
    struct desk d;
    open_desk(&d, *state);
    for (int part = 1; part < PARTS; part++) {
        read_list(&d, MANY);
        take_parts(&d, 1);
        kill_and_start(&d);
        assert_int_equal(ask(d.place, "SELECT count(*) FROM event"), 0);
    }
    assert_int_equal(take_list(&d, MANY), 1);
    assert_all_is_told_once(&d);
    close_desk(&d);
}

static void one_that_a_long_list_finds_is_an_ordinary_event(void **state)
{
    struct desk d;
    open_desk(&d, *state);
    d.low_every = MANY;
    assert_int_equal(take_list(&d, MANY), PARTS);
    assert_int_equal(ask(d.place, DIGESTS), 0);
    assert_int_equal(ask(d.place, RAISED), 1);
    close_desk(&d);
}

static void newcomers_that_rules_know_already_are_told_with_their_part(void **state)
{
    struct desk d;
    open_desk(&d, *state);
    d.low_every = 0;
    assert_int_equal(take_list(&d, 10), 1);
    d.low_every = 3;
    read_list(&d, MANY);
    take_parts(&d, 1);
    assert_true(ingest_goes_on(&d.account));
    assert_int_equal(ask(d.place, RAISED), low_of(&d, d.account.fleet.count) - low_of(&d, 10));
    take_parts(&d, PARTS - 1);
    end_poll(&d);
    assert_int_equal(ask(d.place, RAISED), low_of(&d, MANY) - low_of(&d, 10));
    assert_int_equal(ask(d.place, RAISED_TWICE), 0);
    assert_int_equal(ask(d.place, DIGESTS), 0);
    close_desk(&d);
}

static void set_most_pages(struct place *p, int64_t pages)
{
    struct fault why;
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA max_page_count = %lld", (long long)pages);
    check(sqlite_run(store_sqlite(p->store), pragma, &why), &why);
}

static void end_outage(struct desk *d)
{
    struct fault why;
    set_most_pages(d->place, INT32_MAX);
    check(store_begin(d->place->store, &why) && store_make_up(d->place->store, &why), &why);
    commit(d->place);
    store_made_up(d->place->store);
    account_return(&d->account);
}

/* The disk is full from one part on: memory goes on to the end of the list, and what was stored
 * before stays. Tokens that have no row are newcomers again. */
static void parts_that_cannot_be_stored_come_with_the_next_list(void **state)
{
    struct place *p = *state;
    for (int stored = 0; stored < PARTS; stored++) {
        struct desk d;
        struct fault why;
        open_desk(&d, p);
        read_list(&d, MANY);
        take_parts(&d, stored);
        size_t kept = d.account.fleet.count;
        set_most_pages(p, ask(p, "SELECT page_count FROM pragma_page_count"));
        for (int part = stored; part < PARTS; part++) {
            assert_false(take_part(&d, &why));
            assert_int_equal(why.kind, FAULT_RETRY);
            assert_true(d.account.ahead);
            d.agent.outage.why = why;
        }
        assert_false(ingest_goes_on(&d.account));
        end_poll(&d);
        assert_int_equal(d.account.fleet.count, MANY);
        assert_int_equal(token_alert(&d.account.fleet.tokens[0], 0).level, LEVEL_WARNING);
        assert_int_equal(ask(p, STORED_TOKENS), kept);
        end_outage(&d);
        assert_int_equal(d.account.fleet.count, kept);

        take_list(&d, MANY);
        assert_int_equal(ask(p, STORED_TOKENS), MANY);
        assert_int_equal(ask(p, FIRING), low_of(&d, MANY));
        assert_int_equal(ask(p, FOUND), low_of(&d, MANY));
        assert_int_equal(ask(p, RAISED_TWICE), 0);
        close_desk(&d);
        remove_place(p);
        make_place(p);
    }
}

/* All that returned is in the first part, for the store knows who that is only together. */
static void tokens_that_return_come_with_the_first_part(void **state)
{
    struct desk d;
    open_desk(&d, *state);
    take_list(&d, MANY + 2);
    for (int i = 0; i < 4; i++) {
        d.now += DAY_S / 2;
        d.account.heard.unix = TIME_NONE; /* time passed, and no clock was set */
        take_list(&d, 2);
    }
    assert_int_equal(d.account.fleet.count, 2);
    read_list(&d, MANY + 2);
    take_parts(&d, 1);
    assert_false(ingest_goes_on(&d.account));
    end_poll(&d);
    assert_int_equal(ask(d.place, STORED_TOKENS " AND deleted_at IS NULL"), MANY + 2);
    assert_int_equal(ask(d.place, STORED_TOKENS), MANY + 2);
    assert_int_equal(ask(d.place, "SELECT count(*) FROM event WHERE kind = 'returned'"), MANY);
    close_desk(&d);
}

static void list_newcomer(struct desk *d, const struct identity *is, const char *shown)
{
    struct token *t = token_set_add_as(&d->account.poll->fresh, is, shown);
    t->listed = true;
    t->last = (struct reading){ .name = token_identity(t).name,
                                .type = "api_token",
                                .balance = money_known((struct money){ HIGH }),
                                .expires = TIME_NONE };
}

/* A name that was deleted comes back as that of two, one of them with an id: the other one is who
 * bore it, and whatever the order, the list is stored. */
static void a_name_that_returns_twice_is_stored(void **state)
{
    static const struct identity keyed = { "6b1a0c0e", "prod-0002", "ann@x.com", "" };
    const struct identity named = identity_named("prod-0002");
    struct fault why;
    struct desk d;
    open_desk(&d, *state);
    take_list(&d, 3);
    int64_t before = ask(d.place, "SELECT id FROM token WHERE name = 'prod-0002'");
    for (int i = 0; i < 4; i++) {
        d.now += DAY_S / 2;
        d.account.heard.unix = TIME_NONE; /* time passed, and no clock was set */
        take_list(&d, 2);
    }
    assert_int_equal(d.account.fleet.count, 2);
    read_list(&d, 2);
    list_newcomer(&d, &keyed, "prod-0002 (ann@x.com)");
    list_newcomer(&d, &named, "prod-0002");
    check(take_part(&d, &why), &why);
    end_poll(&d);
    assert_int_equal(d.account.fleet.count, 4);
    assert_int_equal(token_set_find(&d.account.fleet, span_of("prod-0002"))->id, before);
    assert_int_equal(ask(d.place, STORED_TOKENS " AND deleted_at IS NULL"), 4);
    close_desk(&d);
}

/* Of two keys that are new, one bears a name that was deleted, and the other has it as its id. */
static void an_id_that_was_a_name_is_stored(void **state)
{
    static const struct identity heir = { "6b1a0c0e", "prod-0002", "", "" },
                                 other = { "prod-0002", "other", "", "" };
    struct fault why;
    struct desk d;
    open_desk(&d, *state);
    take_list(&d, 3);
    for (int i = 0; i < 4; i++) {
        d.now += DAY_S / 2;
        d.account.heard.unix = TIME_NONE;
        take_list(&d, 2);
    }
    read_list(&d, 2);
    list_newcomer(&d, &heir, "prod-0002");
    list_newcomer(&d, &other, "other");
    check(take_part(&d, &why), &why);
    end_poll(&d);
    assert_int_equal(ask(d.place, STORED_TOKENS " AND deleted_at IS NULL"), 4);
    close_desk(&d);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(newcomers_of_a_long_list_come_in_parts_and_are_one_digest),
        ROW(what_is_killed_between_parts_loses_nothing_and_tells_nothing_twice),
        ROW(one_that_a_long_list_finds_is_an_ordinary_event),
        ROW(newcomers_that_rules_know_already_are_told_with_their_part),
        ROW(parts_that_cannot_be_stored_come_with_the_next_list),
        ROW(tokens_that_return_come_with_the_first_part),
        ROW(a_name_that_returns_twice_is_stored),
        ROW(an_id_that_was_a_name_is_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
