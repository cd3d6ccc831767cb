/* The store as the daemon uses it: what was committed is there again, other people's files are left
 * alone, and the outbox keeps its order. Each test has a folder of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "edge/store/store_private.h"
#include "store_scene.h"

static const struct rule low = { .name = "low" };
static const struct rule_set one_rule = { &low, 1 };
static const struct rule_set no_rules = { 0 };

static void close_store(struct place *p)
{
    store_close(p->store);
    p->store = NULL;
}

static struct token *add_token(struct place *p, struct token_set *f, const char *name,
                               const char *slug, unix_s at)
{
    struct fault why;
    struct token *t = token_set_add(f, name);
    t->last.balance = t->high_water = money_known((struct money){ INT64_C(50000000000) });
    t->last.budgeted = true;
    t->seen_at = at;
    burn_seen(&t->burn, at);
    if (slug)
        token_name_slug(t, span_of(slug));
    check(store_add_token(p->store, p->account, t, at, &why)
              && store_add_reading(p->store, t, NULL, &why) && store_put_token(p->store, t, &why),
          &why);
    return t;
}

static struct token_set load(struct place *p, const struct rule_set *rules,
                             struct orphan_alerts *orphans)
{
    struct token_set f;
    struct fault why;
    check(store_load_tokens(p->store, p->account, rules, &f, orphans, &why), &why);
    return f;
}

static void release(struct token_set *f, struct orphan_alerts *orphans)
{
    token_set_done(f);
    orphan_alerts_done(orphans);
}

static void post(struct place *p, const char *topic, const char *payload, bool retain)
{
    struct fault why;
    struct message m = { .topic = topic, .payload = span_of(payload), .retain = retain };
    check(store_post(p->store, &m, &why), &why);
}

/* The id of the message after `after`, 0 when there is none. */
static int64_t next(struct place *p, int64_t after, const char *payload)
{
    struct fault why;
    struct message m;
    bool found;
    check(store_next_message(p->store, after, &m, &found, &why), &why);
    assert_true(found == (payload != NULL));
    if (payload)
        assert_true(span_is(m.payload, payload));
    return found ? m.id : 0;
}

static void acknowledge(struct place *p, int64_t id)
{
    struct fault why;
    check(store_acknowledge(p->store, id, &why), &why);
}

/* ---- opening ---- */

static void a_store_opened_again_is_the_same_one(void **state)
{
    struct place *p = *state;
    char id[32];
    open_store(p);
    assert_int_equal(p->last_ok, TIME_NONE);
    snprintf(id, sizeof id, "%s", store_id(p->store));
    assert_int_equal(strlen(id), 8);
    begin_poll(p, START);
    commit(p);
    close_store(p);

    open_store(p);
    assert_string_equal(store_id(p->store), id);
    assert_int_equal(p->last_ok, START);
}

static void what_was_not_committed_never_happened(void **state)
{
    struct place *p = *state;
    struct orphan_alerts orphans;
    struct token_set f = { 0 };
    open_store(p);
    begin_poll(p, START);
    add_token(p, &f, "prod-a", NULL, START);
    close_store(p); /* as a crash would */
    token_set_done(&f);

    open_store(p);
    assert_int_equal(p->last_ok, TIME_NONE);
    f = load(p, &no_rules, &orphans);
    assert_int_equal(f.count, 0);
    release(&f, &orphans);
}

static void a_second_writer_is_refused_and_told_who_has_it(void **state)
{
    struct place *p = *state;
    struct store *second = NULL;
    struct fault why;
    char pid[32];
    open_store(p);
    assert_false(store_open(p->path, STORE_WRITE, &second, &why));
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_non_null(strstr(why.text, pid));
    assert_int_equal(why.kind, FAULT_FATAL);
    assert_null(second);

    assert_true(store_open(p->path, STORE_READ, &second, &why)); /* a reader is welcome */
    store_close(second);
}

static size_t read_file(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, room, file);
    fclose(file);
    return len;
}

static void write_file(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

static void assert_refused_untouched(const struct place *p, const char *words)
{
    static char before[1 << 20], after[1 << 20];
    struct store *s = NULL;
    struct fault why;
    size_t len = read_file(p->path, before, sizeof before);
    for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
        assert_false(store_open(p->path, mode, &s, &why));
        assert_int_equal(why.kind, FAULT_FATAL);
        if (!strstr(why.text, words))
            fail_msg("\"%s\" does not say \"%s\"", why.text, words);
        assert_int_equal(read_file(p->path, after, sizeof after), len);
        assert_memory_equal(before, after, len);
    }
}

static void a_file_that_is_no_database_is_left_alone(void **state)
{
    struct place *p = *state;
    char words[4096];
    memset(words, 'x', sizeof words);
    write_file(p->path, words, sizeof words);
    assert_refused_untouched(p, "not an Ebb database");
}

enum { USER_VERSION_AT = 60, APPLICATION_ID_AT = 68 }; /* of SQLite's file header, big-endian */

/* Makes a whole store, in its main file alone, and changes one byte of its header. */
static void forge(struct place *p, size_t at, char byte)
{
    static char bytes[1 << 20];
    char side[128];
    open_store(p);
    close_store(p);
    for (int i = 0; i < 2; i++) {
        snprintf(side, sizeof side, "%s%s", p->path, i ? "-wal" : "-shm");
        unlink(side);
    }
    size_t len = read_file(p->path, bytes, sizeof bytes);
    assert_true(len > 100 && len < sizeof bytes);
    bytes[at] = byte;
    write_file(p->path, bytes, len);
}

static void a_newer_schema_is_left_alone(void **state)
{
    forge(*state, USER_VERSION_AT + 3, 99);
    assert_refused_untouched(*state, "schema 99");
}

static void a_database_of_another_program_is_left_alone(void **state)
{
    forge(*state, APPLICATION_ID_AT, 1);
    assert_refused_untouched(*state, "not an Ebb database");
}

static void a_damaged_header_is_left_alone(void **state)
{
    forge(*state, 0, 'X');
    assert_refused_untouched(*state, "not an Ebb database");
}

/* ---- tokens ---- */

static void a_name_that_comes_back_is_a_new_token(void **state)
{
    struct place *p = *state;
    struct orphan_alerts orphans;
    struct token_set f = { 0 };
    struct fault why;
    open_store(p);
    begin_poll(p, START);
    struct token *t = add_token(p, &f, "prod-a", NULL, START);
    int64_t first = t->id;
    check(store_delete_token(p->store, t, START, TIME_NONE, &why), &why);
    token_set_remove(&f, t);
    t = add_token(p, &f, "prod-a", NULL, START);
    assert_int_not_equal(t->id, first);
    assert_string_equal(t->slug, "prod-a"); /* the topic is free again */
    commit(p);
    token_set_done(&f);

    f = load(p, &no_rules, &orphans);
    assert_int_equal(f.count, 1);
    assert_int_not_equal(f.tokens[0].id, first);
    release(&f, &orphans);
}

static void two_tokens_never_share_a_slug(void **state)
{
    struct place *p = *state;
    struct orphan_alerts orphans;
    struct token_set f = { 0 };
    char longest[SLUG_BYTES];
    memset(longest, 's', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    open_store(p);
    begin_poll(p, START);
    add_token(p, &f, "one", "same", START);
    add_token(p, &f, "two", "same", START);
    add_token(p, &f, "three", longest, START);
    add_token(p, &f, "four", longest, START);
    commit(p);
    token_set_done(&f);

    f = load(p, &no_rules, &orphans);
    assert_int_equal(f.count, 4);
    for (size_t i = 0; i < f.count; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(f.tokens[i].slug, f.tokens[j].slug);
    release(&f, &orphans);
}

/* Spends at random for some hours, as the daemon books it. */
static void spend(struct place *p, struct token *t, struct random *random, unix_s *at)
{
    struct fault why;
    for (int poll = 0; poll < 200; poll++) {
        unix_s since = t->seen_at;
        *at += 60 + (int64_t)(random_unit(random) * 1800);
        begin_poll(p, *at);
        if (random_unit(random) < 0.7) {
            struct entry e = {
                ENTRY_CONSUMPTION, { 1 + (int64_t)(random_unit(random) * 1e9) }, since, *at
            };
            struct change c = {
                .entries = { e }, .entry_count = 1, .was = t->last.balance, .at = *at
            };
            t->last.balance.is.nano -= e.amount.nano;
            c.is = t->last.balance;
            burn_add(&t->burn, &e);
            check(store_add_change(p->store, t->id, &c, &why), &why);
        }
        t->seen_at = *at;
        burn_seen(&t->burn, *at);
        check(store_put_token(p->store, t, &why), &why);
        commit(p);
    }
}

static void assert_same_token(const struct token *a, const struct token *b)
{
    assert_int_equal(a->id, b->id);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->slug, b->slug);
    assert_int_equal(a->seen_at, b->seen_at);
    assert_int_equal(a->missing, b->missing);
    assert_int_equal(a->last_reset, b->last_reset);
    assert_int_equal(a->high_water.is.nano, b->high_water.is.nano);
    assert_false(ledger_differs(&a->last, &b->last));
    for (enum burn_window w = 0; w < BURN_WINDOWS; w++) {
        struct burn_rate was = burn_over(&a->burn, w), is = burn_over(&b->burn, w);
        assert_true(was.known && is.known);
        assert_int_equal(was.over_s, is.over_s);
        if (llabs(was.nano_per_h - is.nano_per_h) > 1)
            fail_msg("burn over %s was %lld and is %lld", burn_window_name(w),
                     (long long)was.nano_per_h, (long long)is.nano_per_h);
    }
}

static void a_token_loaded_again_is_what_it_was_with_its_burn(void **state)
{
    struct place *p = *state;
    struct orphan_alerts orphans;
    struct token_set before = { 0 }, after;
    struct random random = random_seeded(7);
    unix_s at = START;
    open_store(p);
    begin_poll(p, at);
    struct token *t = add_token(p, &before, "prod-a", NULL, at);
    t->last.period = RESET_MONTHLY;
    t->last.reset_amount = money_known((struct money){ INT64_C(60000000000) });
    t->last_reset = START;
    strcpy(t->last.type, "api_token");
    commit(p);
    spend(p, t, &random, &at);
    close_store(p);

    open_store(p);
    after = load(p, &no_rules, &orphans);
    assert_int_equal(after.count, 1);
    assert_same_token(t, &after.tokens[0]);
    token_set_done(&before);
    release(&after, &orphans);
}

static void assert_same_forecast(const struct forecast *a, const struct forecast *b)
{
    assert_int_equal(a->verdict, b->verdict);
    assert_true(a->early == b->early && a->likely == b->likely && a->late == b->late);
    assert_true(a->alarm == b->alarm && a->relief == b->relief && a->horizon == b->horizon);
    assert_true(a->lasts == b->lasts && a->history == b->history && a->made_at == b->made_at);
}

/* A promise about an amount that was forecast to last an hour, and took `took_s`. */
static void promise_and_score(struct place *p, struct token *t, int64_t took_s, int64_t amount_nano)
{
    struct tracked_forecast made = { START,        { amount_nano }, amount_nano, START + 1800,
                                     START + 3600, START + 7200,    TIME_NONE,   0 };
    struct score score = { START + took_s, true, due_of(&made, START + took_s) };
    struct fault why;
    check(store_put_tracked(p->store, t->id, 1, &made, &why), &why);
    check(store_add_score(p->store, t->id, 1, &made, &score, &why), &why);
}

static void forecasts_promises_and_what_they_taught_outlive_the_process(void **state)
{
    struct place *p = *state;
    struct orphan_alerts orphans;
    struct token_set before = { 0 };
    struct fault why;
    open_store(p);
    begin_poll(p, START);
    struct token *t = add_token(p, &before, "prod-a", NULL, START);
    t->forecast = (struct forecast){
        .verdict = VERDICT_TIGHT,
        .early = START + 60,
        .likely = START + 120,
        .late = TIME_FAR,
        .alarm = START + 110,
        .relief = START + 90,
        .horizon = START + 100,
        .lasts = 0.25,
        .history = HISTORY_DAYS,
        .made_at = START - 30,
        .read_at = START,
        .available = { true, { 5 } },
        .limit = LIMIT_CREDITS,
    };
    t->spent_nano = 77;
    check(store_put_token(p->store, t, &why), &why);
    struct tracked_forecast stands = { START,     { 5 },     82,        START + 1,
                                       START + 2, START + 3, TIME_NONE, 0 };
    check(store_put_tracked(p->store, t->id, 2, &stands, &why), &why);
    for (int i = 0; i < SCORES_KEPT + 10; i++)
        promise_and_score(p, t, i < 10 ? 3000 + i : 8000 + i,
                          1000); /* ten hits, which make room; then misses */
    commit(p);
    struct accuracy_summary record = { 0 };
    check(store_accuracy(p->store, "main", &record, &why), &why);
    assert_true(record.scores == SCORES_KEPT && record.within == 0
                && record.median_bias_milli < -780);
    close_store(p);

    open_store(p);
    struct token_set after = load(p, &no_rules, &orphans);
    const struct token *again = &after.tokens[0];
    assert_same_forecast(&again->forecast, &t->forecast);
    assert_int_equal(again->forecast.limit, LIMIT_CREDITS);
    struct gist now = token_gist(t, &t->forecast);
    assert_true(gist_moved(&again->published, &now, t->forecast.read_at, true));
    now.available = false; /* the amount that is left on the account: it is in another series */
    assert_false(gist_moved(&again->published, &now, t->forecast.read_at, true));
    assert_false(gist_moved(&again->stored, &now, t->forecast.read_at, true));
    assert_int_equal(again->spent_nano, 77);
    assert_int_equal(again->promises->at[1].made_at, TIME_NONE); /* scored: its place is free */
    assert_true(again->promises->at[2].made_at == START && again->promises->at[2].target_nano == 82
                && again->promises->at[2].likely == START + 2);
    assert_int_equal(again->promises->record.due, SCORES_KEPT);
    assert_int_equal(again->promises->last_made, START);
    assert_true(accuracy_widening(&again->promises->record, 1) > 1.9);
    token_set_done(&before);
    release(&after, &orphans);
}

static void an_alert_finds_its_rule_by_name_or_is_an_orphan(void **state)
{
    struct place *p = *state;
    struct orphan_alerts orphans;
    struct token_set f = { 0 };
    struct fault why;
    const struct alert firing = {
        LEVEL_CRITICAL, LEVEL_CRITICAL, START, START, 3, 2, CONTACT_OVER
    };
    const struct rule balance = { .name = "low", .kind = RULE_BALANCE_BELOW };
    struct rule runway = { .name = "low", .kind = RULE_EXHAUSTS_WITHIN };
    const struct rule_set other_kind = { &runway, 1 };
    open_store(p);
    begin_poll(p, START);
    struct token *t = add_token(p, &f, "prod-a", NULL, START);
    check(store_put_alert(p->store, t->id, &balance, &firing, &why), &why);
    commit(p);
    token_set_done(&f);

    f = load(p, &one_rule, &orphans);
    const struct alert *loaded = &f.tokens[0].alerts[0];
    assert_true(loaded->level == firing.level && loaded->pending == firing.pending
                && loaded->since == START);
    assert_true(loaded->pending_since == START && loaded->episode == 3 && loaded->step == 2);
    assert_int_equal(orphans.count, 0);
    release(&f, &orphans);

    f = load(p, &no_rules, &orphans);
    assert_int_equal(orphans.count, 1);
    assert_string_equal(orphans.at[0].rule, "low");
    assert_true(orphans.at[0].kind == RULE_BALANCE_BELOW && !orphans.at[0].changed);
    release(&f, &orphans);

    /* One of before kinds were kept is nobody's kind, not just any. */
    check(sqlite_run(store_sqlite(p->store), "UPDATE alert SET kind = NULL", &why), &why);
    f = load(p, &no_rules, &orphans);
    assert_int_equal(orphans.at[0].kind, RULE_GONE);
    release(&f, &orphans);
    check(sqlite_run(store_sqlite(p->store), "UPDATE alert SET kind = 'balance_below'", &why),
          &why);

    /* Under another kind it is another alert, whose episodes are counted on. */
    f = load(p, &other_kind, &orphans);
    assert_int_equal(orphans.count, 1);
    assert_true(orphans.at[0].kind == RULE_BALANCE_BELOW && orphans.at[0].changed);
    assert_true(f.tokens[0].alerts[0].level == LEVEL_NONE && f.tokens[0].alerts[0].episode == 3);
    release(&f, &orphans);
}

/* ---- the outbox ---- */

static void messages_leave_in_the_order_of_posting(void **state)
{
    struct place *p = *state;
    open_store(p);
    post(p, "t/event", "first", false);
    post(p, "t/state", "old", true);
    post(p, "t/event", "second", false);
    post(p, "t/state", "new", true); /* takes the place of the old one, at the end */

    int64_t first = next(p, 0, "first"), second = next(p, first, "second"),
            state_id = next(p, second, "new");
    next(p, state_id, NULL);
    close_store(p);
    open_store(p);
    assert_int_equal(next(p, 0, "first"), first);
}

static void an_acknowledged_event_is_gone_and_a_retained_state_is_sent_to_each_new_broker(
    void **state)
{
    struct place *p = *state;
    struct fault why;
    open_store(p);
    post(p, "t/event", "event", false);
    post(p, "t/state", "state", true);
    int64_t event = next(p, 0, "event"), retained = next(p, event, "state");
    acknowledge(p, event);
    acknowledge(p, retained);
    next(p, 0, NULL);

    check(store_resend_retained(p->store, &why), &why);
    assert_int_equal(next(p, 0, "state"), retained);
    next(p, retained, NULL);
}

static void an_acknowledgement_of_the_old_state_leaves_the_new_one_waiting(void **state)
{
    struct place *p = *state;
    open_store(p);
    post(p, "t/state", "old", true);
    int64_t old = next(p, 0, "old");
    post(p, "t/state", "new", true);
    acknowledge(p, old);
    assert_true(next(p, 0, "new") > old);
}

static void a_message_that_waits_does_not_keep_the_wal_growing(void **state)
{
    struct place *p = *state;
    struct stat wal;
    char file[128], payload[2001];
    memset(payload, 'p', sizeof payload - 1);
    payload[sizeof payload - 1] = '\0';
    open_store(p);
    post(p, "t/event", "waits", false);
    next(p, 0, "waits"); /* handed out, and the broker goes away */
    for (int i = 0; i < 1500; i++)
        post(p, "t/state", payload, true);
    snprintf(file, sizeof file, "%s-wal", p->path);
    assert_int_equal(stat(file, &wal), 0);
    assert_true(wal.st_size < 6 << 20);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_store_opened_again_is_the_same_one),
        TEST(what_was_not_committed_never_happened),
        TEST(a_second_writer_is_refused_and_told_who_has_it),
        TEST(a_file_that_is_no_database_is_left_alone),
        TEST(a_newer_schema_is_left_alone),
        TEST(a_database_of_another_program_is_left_alone),
        TEST(a_damaged_header_is_left_alone),
        TEST(a_name_that_comes_back_is_a_new_token),
        TEST(two_tokens_never_share_a_slug),
        TEST(a_token_loaded_again_is_what_it_was_with_its_burn),
        TEST(forecasts_promises_and_what_they_taught_outlive_the_process),
        TEST(an_alert_finds_its_rule_by_name_or_is_an_orphan),
        TEST(messages_leave_in_the_order_of_posting),
        TEST(an_acknowledged_event_is_gone_and_a_retained_state_is_sent_to_each_new_broker),
        TEST(an_acknowledgement_of_the_old_state_leaves_the_new_one_waiting),
        TEST(a_message_that_waits_does_not_keep_the_wal_growing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
