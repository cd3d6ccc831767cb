/* One plan, one transaction: stored and adopted whole, or not stored at all; and what is left to
 * the time between polls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/collect.h"
#include "base/random.h"
#include "daemon/commit.h"
#include "daemon/gather.h"
#include "daemon/state.h"
#include "daemon/upkeep.h"
#include "edge/store/store_private.h"
#include "store_scene.h"

/* An agent of one account without a broker. */
struct desk {
    struct place *place;
    struct settings settings;
    struct account_settings account_settings;
    struct account account;
    struct rule rule;
    struct agent agent;
    unix_s now;
};

static void open_desk(struct desk *d, struct place *p)
{
    struct fault why;
    *d = (struct desk){ .place = p, .now = START };
    open_store(p);
    snprintf(d->account_settings.name, sizeof d->account_settings.name, "main");
    d->account_settings.interval_s = 60;
    d->rule =
        (struct rule){ .name = "low",
                       .kind = RULE_BALANCE_BELOW,
                       .enabled = true,
                       .levels[LEVEL_WARNING] = { true, 10 * NANO_PER_USD, 10 * NANO_PER_USD } };
    d->agent =
        (struct agent){ .settings = &d->settings, .store = p->store, .rules = { &d->rule, 1 } };
    d->account = (struct account){ .settings = &d->account_settings, .id = p->account };
    struct token *self = token_set_add(&d->account.self, "");
    self->series = SERIES_ACCOUNT;
    token_name_slug(self, span_of(ACCOUNT_SLUG));
    check(store_begin(p->store, &why) && store_add_token(p->store, p->account, self, START, &why)
              && store_commit(p->store, &why),
          &why);
}

static void close_desk(struct desk *d)
{
    account_close(&d->account);
    bypass_done(&d->agent.bypass);
}

static struct reading reading_of(const char *name, int64_t nano)
{
    return (struct reading){
        .name = name,
        .type = "api_token",
        .balance = money_known((struct money){ nano }),
        .budgeted = true,
        .expires = TIME_NONE,
    };
}

/* A list, within a minute of the last: names that are known have these balances now, others are
 * new. */
static struct plan *plan_list(struct desk *d, struct gathered *g, const char *const names[],
                              const int64_t nano[])
{
    struct token_set *f = &d->account.fleet;
    gather(&d->agent, &d->account, g);
    g->base.trusted = true;
    presence_begin(f);
    struct plan *p = plan_begin(&g->base, d->now += 60, PLAN_THIS_POLL);
    for (size_t i = 0; names[i]; i++) {
        struct token *t = token_set_find(f, span_of(names[i]));
        if (t)
            t->listed = true;
    }
    plan_judge_list(p);
    for (size_t i = 0; names[i]; i++) {
        struct token *t = token_set_find(f, span_of(names[i]));
        struct reading is = reading_of(names[i], nano[i]);
        if (t)
            plan_take(p, PLAN_TOKENS, (size_t)(t - f->tokens), &is, 0);
    }
    plan_book_list(p, 0);
    for (size_t i = 0; names[i]; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s", names[i]);
        if (!token_set_find(f, span_of(name)))
            plan_add(p, PLAN_TOKENS,
                     &(struct token){ .name = name, .last = reading_of(name, nano[i]) });
    }
    plan_judge(p, PLAN_TOKENS);
    return p;
}

/* Stores a poll that brings this plan, or fails to. */
static bool store_plan(struct desk *d, struct plan *p, bool works)
{
    struct fault why;
    struct poll_row row = { .account = d->account.id, .at = d->now, .result = POLL_OK };
    bool written = works && commit_begin(&d->agent, &d->account, &why)
        && store_add_poll(d->agent.store, &row, &why);
    if (written)
        plan_resolve(p, store_last_poll(d->agent.store));
    else
        fault(&why, FAULT_RETRY, "database or disk is full");
    written = written && commit_plan(&d->agent, &d->account, p, &why);
    return commit_end(&d->agent, &d->account, p, written, &why);
}

static bool store_list(struct desk *d, const char *const names[], const int64_t nano[],
                       struct fault *why)
{
    struct gathered g;
    struct plan *p = plan_list(d, &g, names, nano);
    struct poll_row row = { .account = d->account.id, .at = d->now, .result = POLL_OK };
    bool written =
        commit_begin(&d->agent, &d->account, why) && store_add_poll(d->agent.store, &row, why);
    if (written)
        plan_resolve(p, store_last_poll(d->agent.store));
    written = written && commit_plan(&d->agent, &d->account, p, why);
    bool stored = commit_end(&d->agent, &d->account, p, written, why);
    plan_free(p);
    gathered_done(&g);
    return stored;
}

/* The store does not take it. */
static void fail_list(struct desk *d, const char *const names[], const int64_t nano[])
{
    struct gathered g;
    struct fault why;
    struct plan *p = plan_list(d, &g, names, nano);
    fault(&why, FAULT_RETRY, "database or disk is full");
    assert_false(commit_end(&d->agent, &d->account, p, false, &why));
    plan_free(p);
    gathered_done(&g);
}

/* It takes writes again. */
static void end_outage(struct desk *d)
{
    struct fault why;
    struct store *s = d->agent.store;
    check(store_begin(s, &why) && store_make_up(s, &why), &why);
    commit(d->place);
    store_made_up(s);
    account_return(&d->account);
}

static const char *const two[] = { "prod-a", "prod-b", NULL },
                         *const three[] = { "prod-a", "prod-b", "prod-c", NULL };
static const int64_t rich[] = { 50 * NANO_PER_USD, 50 * NANO_PER_USD, 50 * NANO_PER_USD },
                     poor[] = { 50 * NANO_PER_USD, 5 * NANO_PER_USD, 5 * NANO_PER_USD };

/* So many that storing them needs pages. */
enum { CROWD = 400 };
static const char *crowd[CROWD + 1];
static int64_t crowd_nano[CROWD];

/* What they are written in is the caller's to free. */
static char *crowd_names(void)
{
    enum { BYTES = 32 };
    char *names = xcalloc(CROWD, BYTES);
    for (size_t i = 0; i < CROWD; i++) {
        snprintf(names + i * BYTES, BYTES, "dev-crowd-%03d", (int)i);
        crowd[i] = i < 2 ? two[i] : names + i * BYTES;
        crowd_nano[i] = i == 1 ? 5 * NANO_PER_USD : 50 * NANO_PER_USD;
    }
    return names;
}

static void what_is_committed_is_adopted(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    open_desk(&d, p);
    check(store_list(&d, two, rich, &why), &why);
    assert_int_equal(d.account.fleet.count, 2);
    assert_true(d.account.fleet.tokens[0].id > 0);
    check(store_list(&d, three, poor, &why), &why);
    assert_int_equal(d.account.fleet.count, 3);
    assert_int_equal(d.account.fleet.tokens[1].last.balance.is.nano, 5 * NANO_PER_USD);
    assert_int_equal(token_alert(&d.account.fleet.tokens[1], 0).level, LEVEL_WARNING);
    assert_false(d.account.ahead);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE kind = 'raised'"), 2);
    assert_int_equal(ask(p,
                         "SELECT count(*) FROM event e JOIN token t ON t.id = e.token"
                         " WHERE e.id LIKE '%-low-' || t.id || '-1-1'"),
                     2);
    assert_int_equal(ask(p, "SELECT sum(amount_nano) FROM entry WHERE kind = 'consumption'"),
                     45 * NANO_PER_USD);
    assert_int_equal(ask(p, "SELECT count(*) FROM token WHERE kind = 'token'"), 3);
    close_desk(&d);
}

/* The disk is full after so many more pages. */
static void set_room(struct place *p, int64_t pages)
{
    struct fault why;
    char pragma[64];
    int64_t used = ask(p, "SELECT page_count FROM pragma_page_count");
    snprintf(pragma, sizeof pragma, "PRAGMA max_page_count = %lld", (long long)(used + pages));
    check(sqlite_run(store_sqlite(p->store), pragma, &why), &why);
}

/* Wherever the disk is full: the store is as before, memory can go back to it, and alerts that were
 * raised are owed and told once. */
static void a_commit_on_a_full_disk_stores_nothing(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    int64_t room = 0;
    open_desk(&d, p);
    check(store_list(&d, two, rich, &why), &why);
    char *const many = crowd_names();
    for (;; room++) {
        set_room(p, room);
        if (store_list(&d, crowd, crowd_nano, &why))
            break;
        assert_int_equal(why.kind, FAULT_RETRY);
        assert_true(d.account.ahead);
        assert_int_equal(d.account.fleet.count, CROWD);
        assert_true(d.account.fleet.tokens[2].id < 0);
        assert_int_equal(token_alert(&d.account.fleet.tokens[1], 0).level, LEVEL_WARNING);
        assert_int_equal(ask(p, "SELECT count(*) FROM poll"), 1);
        assert_int_equal(ask(p, "SELECT count(*) FROM event"), 0);
        assert_int_equal(ask(p, "SELECT count(*) FROM token WHERE kind = 'token'"), 2);
        assert_false(commit_begin(&d.agent, &d.account, &why)); /* it is not even tried */
        account_return(&d.account);
        assert_int_equal(d.account.fleet.count, 2);
        assert_int_equal(d.account.fleet.tokens[1].last.balance.is.nano, 50 * NANO_PER_USD);
    }
    free(many);
    assert_true(room > 3);
    assert_int_equal(d.account.fleet.tokens[1].last.balance.is.nano, 5 * NANO_PER_USD);
    check(store_begin(p->store, &why) && store_make_up(p->store, &why), &why);
    commit(p);
    assert_int_equal(ask(p,
                         "SELECT count(*) FROM event e JOIN token t ON t.id = e.token"
                         " WHERE t.name = 'prod-b'"),
                     1);
    assert_int_equal(ask(p, "SELECT sum(amount_nano) FROM entry WHERE kind = 'consumption'"),
                     45 * NANO_PER_USD);
    close_desk(&d);
}

/* Its end is told once, though the first list that lacks it for long enough cannot be stored. */
static void a_token_that_is_deleted_in_an_outage_is_deleted_once(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    open_desk(&d, p);
    check(store_list(&d, three, poor, &why), &why);
    for (int i = 0; i < 3; i++)
        check(store_list(&d, two, poor, &why), &why);
    assert_int_equal(d.account.fleet.count, 3);
    d.now += DAY_S;
    fail_list(&d, two, poor);
    assert_int_equal(d.account.fleet.count, 2);
    end_outage(&d);
    check(store_list(&d, two, poor, &why), &why);
    assert_int_equal(d.account.fleet.count, 2);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE kind = 'deleted'"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE kind = 'resolved'"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM token WHERE deleted_at IS NOT NULL"), 1);
    close_desk(&d);
}

/* The first of two, by its id from now on. */
static void rename_first(struct desk *d, bool works)
{
    static const struct identity is = { "id-a", "prod-new", "", "" };
    struct gathered g;
    struct plan *p = plan_list(d, &g, two, rich);
    plan_rename(p, 0, &is, "prod-new");
    assert_int_equal(store_plan(d, p, works), works);
    plan_free(p);
    gathered_done(&g);
}

static void a_token_that_is_renamed_in_an_outage_is_so_once_after_it(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    open_desk(&d, p);
    check(store_list(&d, two, rich, &why), &why);
    rename_first(&d, false);
    rename_first(&d, false);
    assert_non_null(token_set_find(&d.account.fleet, span_of("prod-a")));
    end_outage(&d);
    rename_first(&d, true);
    assert_string_equal(token_set_find(&d.account.fleet, span_of("id-a"))->name, "prod-new");
    assert_int_equal(d.account.fleet.count, 2);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE kind = 'renamed'"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM token WHERE name = 'prod-new' AND key = 'id-a'"),
                     1);
    close_desk(&d);
}

static void a_token_that_is_revoked_in_an_outage_ends_once(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    struct gathered g;
    open_desk(&d, p);
    check(store_list(&d, two, poor, &why), &why);
    struct plan *plan = plan_list(&d, &g, two, poor);
    plan_revoke(plan, 1, START + 30);
    assert_false(store_plan(&d, plan, false));
    plan_free(plan);
    gathered_done(&g);
    end_outage(&d);
    assert_int_equal(d.account.fleet.count, 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE kind IN ('revoked', 'resolved')"), 2);
    assert_int_equal(ask(p, "SELECT revoked_at FROM token WHERE name = 'prod-b'"), START + 30);
    close_desk(&d);
}

/* The list has all three again, of which the last was deleted. */
static struct plan *plan_return_of_last(struct desk *d, struct gathered *g)
{
    struct fault why;
    struct poll poll = { .result = POLL_OK };
    struct plan *p = plan_list(d, g, two, poor);
    struct token *seen = token_set_add(&poll.fresh, three[2]);
    seen->last = reading_of(seen->name, poor[2]);
    d->account.poll = &poll;
    check(store_begin(d->agent.store, &why)
              && gather_stored(&d->agent, &d->account, d->now, g, &why),
          &why);
    d->account.poll = NULL;
    plan_return(p, token_set_find(&g->returned, span_of(seen->name)), seen);
    plan_judge(p, PLAN_TOKENS);
    token_set_done(&poll.fresh);
    return p;
}

static void a_token_that_returns_in_an_outage_returns_after_it(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    struct gathered g;
    open_desk(&d, p);
    check(store_list(&d, three, rich, &why), &why);
    for (int i = 0; i < 3; i++)
        check(store_list(&d, two, rich, &why), &why);
    d.now += DAY_S;
    check(store_list(&d, two, rich, &why), &why);
    assert_int_equal(d.account.fleet.count, 2);

    struct plan *back = plan_return_of_last(&d, &g);
    fault(&why, FAULT_RETRY, "database or disk is full");
    assert_false(commit_end(&d.agent, &d.account, back, false, &why));
    plan_free(back);
    gathered_done(&g);
    assert_int_equal(d.account.fleet.count, 3);
    end_outage(&d);
    assert_int_equal(d.account.fleet.count, 2);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE kind = 'returned'"), 0);

    back = plan_return_of_last(&d, &g);
    struct poll_row row = { .account = d.account.id, .at = d.now, .result = POLL_OK };
    check(store_add_poll(p->store, &row, &why), &why);
    plan_resolve(back, store_last_poll(p->store));
    check(commit_plan(&d.agent, &d.account, back, &why)
              && commit_end(&d.agent, &d.account, back, true, &why),
          &why);
    plan_free(back);
    gathered_done(&g);
    assert_int_equal(d.account.fleet.count, 3);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE kind = 'returned'"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM token WHERE deleted_at IS NOT NULL"), 0);
    assert_int_equal(ask(p,
                         "SELECT balance_nano FROM token_state s JOIN token t ON t.id = s.token"
                         " WHERE t.name = 'prod-c'"),
                     5 * NANO_PER_USD);
    close_desk(&d);
}

/* From now on nothing can be put into a table. */
static void spoil(struct place *p, const char *table)
{
    static const char *const writes[] = { "INSERT", "UPDATE" };
    struct fault why;
    for (size_t i = 0; i < COUNT(writes); i++) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "CREATE TEMP TRIGGER spoilt_%zu BEFORE %s ON main.%s BEGIN SELECT RAISE(ABORT, "
                 "'spoilt'); END",
                 i, writes[i], table);
        check(sqlite_run(store_sqlite(p->store), sql, &why), &why);
    }
}

static void mend(struct place *p)
{
    struct fault why;
    check(sqlite_run(store_sqlite(p->store),
                     "DROP TRIGGER temp.spoilt_0; DROP TRIGGER temp.spoilt_1", &why),
          &why);
}

/* A mistake of ours, which ends the daemon: nothing is stored, nothing adopted, nothing owed. */
static void a_statement_that_fails_changes_nothing(void **state)
{
    static const char *const tables[] = { "poll",  "booking",     "hourly", "daily",
                                          "event", "token_state", "alert",  "token" };
    struct place *p = *state;
    struct desk d;
    struct fault why;
    int64_t nano[] = { 50 * NANO_PER_USD, 12 * NANO_PER_USD, 5 * NANO_PER_USD };
    open_desk(&d, p);
    check(store_list(&d, two, nano, &why), &why);
    nano[0] = 60 * NANO_PER_USD; /* a top-up, which no reading tells by itself */
    nano[1] = 9 * NANO_PER_USD;
    for (size_t i = 0; i < COUNT(tables); i++) {
        spoil(p, tables[i]);
        if (store_list(&d, three, nano, &why))
            fail_msg("nothing was written to %s", tables[i]);
        mend(p);
        assert_int_equal(why.kind, FAULT_FATAL);
        assert_false(d.account.ahead);
        assert_int_equal(d.account.fleet.count, 2);
        assert_int_equal(d.account.fleet.tokens[1].last.balance.is.nano, 12 * NANO_PER_USD);
        assert_int_equal(token_alert(&d.account.fleet.tokens[1], 0).level, LEVEL_NONE);
        assert_int_equal(ask(p, "SELECT count(*) FROM poll"), 1);
        assert_int_equal(ask(p, "SELECT count(*) FROM event"), 0);
        assert_int_equal(ask(p, "SELECT count(*) FROM token WHERE kind = 'token'"), 2);
    }
    check(store_list(&d, three, nano, &why), &why);
    assert_int_equal(ask(p, "SELECT count(*) FROM event WHERE kind = 'raised'"), 2);
    close_desk(&d);
}

/* ---- upkeep ---- */

/* Prod-a spends so much with each of some polls. */
static void spend(struct desk *d, int64_t *nano, int64_t each, int polls)
{
    struct fault why;
    for (int i = 0; i < polls; i++) {
        nano[0] -= each;
        check(store_list(d, two, nano, &why), &why);
    }
}

#define BURN_STORED                                                                                \
    "SELECT burn_1h_nano / 1000000 FROM token_state s JOIN token t ON t.id = s.token"              \
    " WHERE t.name = 'prod-a'"

/* A burn that rose by a quarter misleads nobody, so its row waits for upkeep, as sums do. */
static void upkeep_writes_what_polls_left(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    int64_t nano[] = { 50 * NANO_PER_USD, 50 * NANO_PER_USD };
    open_desk(&d, p);
    d.agent.accounts = &d.account;
    d.agent.account_count = 1;
    spend(&d, nano, NANO_PER_USD / 10, 4); /* the first is not known to be spent */
    assert_int_equal(ask(p, BURN_STORED), 6000);
    upkeep_wake(&d.agent);
    check(upkeep_finish(&d.agent, &why), &why);
    spend(&d, nano, NANO_PER_USD / 5, 1);
    assert_int_equal(ask(p, BURN_STORED), 6000);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hourly"), 3 * NANO_PER_USD / 10);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hour_sum"), 5 * NANO_PER_USD / 10);

    d.agent.upkeep.states_hour = 0; /* an hour later */
    check(sqlite_run(store_sqlite(p->store), "UPDATE checkpoint SET hour = 0", &why), &why);
    upkeep_wake(&d.agent);
    check(upkeep_finish(&d.agent, &why), &why);
    assert_int_equal(d.agent.upkeep.jobs_left, 0);
    assert_int_equal(ask(p, BURN_STORED), 7500);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hourly"), 5 * NANO_PER_USD / 10);
    spend(&d, nano, NANO_PER_USD, 1); /* more than twice */
    assert_true(ask(p, BURN_STORED) > 15000);
    close_desk(&d);
}

/* What it could not write it leaves, and goes on with when it can. */
static void upkeep_that_cannot_write_loses_nothing(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    int64_t nano[] = { 50 * NANO_PER_USD, 50 * NANO_PER_USD };
    open_desk(&d, p);
    d.agent.accounts = &d.account;
    d.agent.account_count = 1;
    spend(&d, nano, NANO_PER_USD / 10, 4);
    static const char *const tables[] = { "hourly", "daily", "token_state", "checkpoint" };
    for (size_t i = 0; i < COUNT(tables); i++) {
        spoil(p, tables[i]);
        upkeep_wake(&d.agent);
        assert_false(upkeep_slice(&d.agent, MONO_NEVER, &why));
        assert_int_equal(d.agent.upkeep.jobs_left, 0); /* until a poll was stored */
        mend(p);
        d.agent.upkeep.due = 0;
        assert_int_equal(ask(p, "SELECT count(*) FROM hourly"), 0);
        assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hour_sum"), 3 * NANO_PER_USD / 10);
    }
    upkeep_wake(&d.agent);
    check(upkeep_finish(&d.agent, &why), &why);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hourly"), 3 * NANO_PER_USD / 10);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hour_sum"), 3 * NANO_PER_USD / 10);
    close_desk(&d);
}

/* ---- starts ---- */

static void assert_same_burn(const struct token *t, const struct token *u)
{
    assert_int_equal(t->burn.first_seen, u->burn.first_seen);
    assert_int_equal(t->burn.last_seen, u->burn.last_seen);
    for (int b = 0; b < BURN_WINDOWS; b++) {
        struct burn_rate x = burn_over(&t->burn, (enum burn_window)b),
                         y = burn_over(&u->burn, (enum burn_window)b);
        if (x.known && y.known && llabs(x.nano_per_h - y.nano_per_h) > 3)
            fail_msg("%s: %s burn %lld, after a start %lld", t->name,
                     burn_window_name((enum burn_window)b), (long long)x.nano_per_h,
                     (long long)y.nano_per_h);
    }
}

/* What memory knows, and what a start would know. */
static void assert_start_knows(struct desk *d)
{
    struct fault why;
    struct token_set loaded = { 0 };
    struct orphan_alerts orphans = { 0 };
    check(
        store_load_tokens(d->agent.store, d->account.id, &d->agent.rules, &loaded, &orphans, &why),
        &why);
    assert_int_equal(loaded.count, d->account.fleet.count);
    for (size_t i = 0; i < loaded.count; i++) {
        const struct token *u = &loaded.tokens[i],
                           *t = token_set_find(&d->account.fleet, span_of(u->name));
        const struct alert x = token_alert(t, 0), y = token_alert(u, 0);
        assert_true(maybe_money_equal(t->last.balance, u->last.balance));
        assert_true(maybe_money_equal(t->high_water, u->high_water));
        assert_int_equal(t->spent_nano, u->spent_nano);
        assert_int_equal(t->seen_at, u->seen_at);
        assert_int_equal(t->missing, u->missing);
        assert_true(!t->missing || t->absent_since == u->absent_since);
        assert_true(!t->missing || t->lost_in_mass == u->lost_in_mass);
        assert_true(x.level == y.level && x.pending == y.pending && x.episode == y.episode
                    && x.step == y.step);
        if (!t->missing) /* windows end with the last reading */
            assert_same_burn(t, u);
    }
    orphan_alerts_done(&orphans);
    token_set_done(&loaded);
}

enum { CAST = 6 };

/* Balances fall, rise and end; a token is absent now and then. `names` is who is in the list. */
static void shake(struct random *random, int64_t nano[], const char *names[], int64_t listed[])
{
    static const char *const cast[] = { "dev-a", "dev-b", "dev-c", "dev-d", "dev-e", "dev-f" };
    size_t count = 0;
    for (size_t i = 0; i < CAST; i++) {
        uint64_t what = random_next(random) % 20;
        if (what < 8)
            nano[i] -= (int64_t)(random_next(random) % NANO_PER_USD);
        else if (what == 8)
            nano[i] += (int64_t)(random_next(random) % 40) * NANO_PER_USD;
        if (i < 2 && what == 9)
            continue;
        names[count] = cast[i];
        listed[count++] = nano[i];
    }
    names[count] = NULL;
}

/* Killed after any poll, with its upkeep done, half done or not begun. */
static void a_start_knows_what_memory_knew(void **state)
{
    struct place *p = *state;
    struct desk d;
    struct fault why;
    struct random random = random_seeded(7);
    int64_t nano[CAST], listed[CAST];
    const char *names[CAST + 1];
    open_desk(&d, p);
    d.agent.accounts = &d.account;
    d.agent.account_count = 1;
    for (size_t i = 0; i < CAST; i++)
        nano[i] = 30 * NANO_PER_USD;
    for (int poll = 0; poll < 250; poll++) {
        shake(&random, nano, names, listed);
        d.now += random_next(&random) % 10 ? 240 : 2 * HOUR_S;
        check(store_list(&d, names, listed, &why), &why);
        if (random_next(&random) % 8 == 0) {
            d.agent.upkeep.states_hour = 0;
            check(sqlite_run(store_sqlite(p->store), "UPDATE checkpoint SET hour = 0", &why), &why);
            upkeep_wake(&d.agent);
            check(random_next(&random) % 2 ? upkeep_finish(&d.agent, &why)
                                           : upkeep_slice(&d.agent, MONO_NEVER, &why),
                  &why);
            d.agent.upkeep.due = 0;
        }
        assert_start_knows(&d);
    }
    close_desk(&d);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(what_is_committed_is_adopted),
        ROW(a_commit_on_a_full_disk_stores_nothing),
        ROW(a_token_that_is_deleted_in_an_outage_is_deleted_once),
        ROW(a_token_that_returns_in_an_outage_returns_after_it),
        ROW(a_token_that_is_renamed_in_an_outage_is_so_once_after_it),
        ROW(a_token_that_is_revoked_in_an_outage_ends_once),
        ROW(a_statement_that_fails_changes_nothing),
        ROW(upkeep_writes_what_polls_left),
        ROW(upkeep_that_cannot_write_loses_nothing),
        ROW(a_start_knows_what_memory_knew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
