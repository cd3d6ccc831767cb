/* What commands show can be shown by anybody: each view writes all of it into a writer in memory,
 * valid in every format, and nothing anywhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "base/json_walk.h"
#include "edge/store/store_private.h"
#include "store_scene.h"
#include "view/accuracy.h"
#include "view/alerts.h"
#include "view/audit.h"
#include "view/forecast/view.h"
#include "view/gate.h"
#include "view/history.h"
#include "view/report/report.h"
#include "view/status/status.h"

#define NOW (START + 30 * DAY_S)
#define NASTY "a\"<b>|\x1b[31m"

static const struct query_filter all = { .now = NOW, .since = START, .until = NOW };

static int open_scene(void **state)
{
    set_up(state);
    struct place *p = *state;
    struct fault why;
    struct text sql = { 0 };
    open_store(p);
    text_addf(&sql,
              "INSERT INTO token (id, account, name, generation, slug, first_seen, kind)"
              " VALUES (7, %" PRId64 ", '" NASTY "', 1, 'a', %" PRId64 ", 'token');"
              "INSERT INTO token_state (token, seen_at, missing, type, balance_nano, budgeted,"
              " reset_period, verdict, burn_1h_nano, burn_7d_nano, spent_nano)"
              " VALUES (7, %" PRId64 ", 0, 'api_token', 5000000000, 1, 'none', 'learning', 0, 0, "
              "0);",
              p->account, START, NOW - 60);
    check(sqlite_run(store_sqlite(p->store), text_z(&sql), &why), &why);
    text_done(&sql);
    return 0;
}

/* ---- the views ---- */

static bool add_status(struct store *s, struct writer *w, struct fault *why)
{
    const struct status_view view = { .now = NOW };
    struct status_seen seen;
    return status_show(s, &view, w, &seen, why);
}

static bool add_history(struct store *s, struct writer *w, struct fault *why)
{
    struct history_view view = { .scope = all };
    struct history_seen seen;
    view.scope.token = NASTY;
    return history_show(s, &view, w, &seen, why);
}

static bool add_alerts(struct store *s, struct writer *w, struct fault *why)
{
    const struct alerts_query q = { .scope = all };
    struct alerts_seen seen;
    return alerts_firing(s, &q, w, &seen, why);
}

static bool add_past(struct store *s, struct writer *w, struct fault *why)
{
    struct alerts_seen seen;
    return alerts_past(s, &all, w, &seen, why);
}

static bool add_accuracy(struct store *s, struct writer *w, struct fault *why)
{
    size_t rows;
    return record_table(s, &all, w, &rows, why);
}

static bool add_gate(struct store *s, struct writer *w, struct fault *why)
{
    const struct gate_query q = { .token = NASTY,
                                  .spec = { .runway_s = -1, .max_age_s = HOUR_S },
                                  .now = NOW };
    struct gate_answer answer;
    (void)why;
    gate_ask(s, &q, &answer);
    gate_show(&q, &answer, w);
    return true;
}

static bool add_audit(struct store *s, struct writer *w, struct fault *why)
{
    const struct audit nothing = { 0 };
    (void)s;
    (void)why;
    audit_show(&nothing, 0, NOW, w);
    return true;
}

static const struct report_query month = {
    .per = PER_DAY, .during = { START, NOW }, .before = { START - 30 * DAY_S, START }, .now = NOW
};

static bool add_report(struct store *s, struct writer *w, struct fault *why)
{
    struct loaded_report l;
    bool ok = report_load(s, &month, &l, why);
    if (ok)
        report_table(&month, &l, w);
    report_unload(&l);
    return ok;
}

static bool add_reconciled(struct store *s, struct writer *w, struct fault *why)
{
    struct days_compared seen;
    return report_reconcile(s, &month, w, &seen, why);
}

static const struct {
    const char *name;
    bool (*add)(struct store *s, struct writer *w, struct fault *why);
    bool names_token; /* in every format */
} views[] = {
    { "status", add_status, true },         { "history", add_history, false },
    { "alerts", add_alerts, false },        { "past alerts", add_past, false },
    { "accuracy", add_accuracy, false },    { "gate", add_gate, true },
    { "audit", add_audit, false },          { "report", add_report, false },
    { "reconcile", add_reconciled, false },
};

/* ---- what is expected of them ---- */

static void check_json(const char *name, const struct text *text)
{
    struct span all_of_it = { text_z(text), text->len };
    struct fault why;
    assert_true(all_of_it.len && all_of_it.at[all_of_it.len - 1] == '\n');
    while (all_of_it.len && all_of_it.at[all_of_it.len - 1] == '\n')
        all_of_it.len--;
    if (!walk_whole(all_of_it, &why))
        fail_msg("%s: %s: %s", name, why.text, text_z(text));
}

static void every_view_is_valid_in_memory_and_prints_nothing(void **state)
{
    struct place *p = *state;
    FILE *printed = tmpfile();
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    dup2(fileno(printed), STDOUT_FILENO);
    for (size_t v = 0; v < COUNT(views); v++)
        for (enum format f = FORMAT_TEXT; f <= FORMAT_MARKDOWN; f++) {
            struct writer w;
            struct fault why;
            writer_init(&w, NULL, NULL);
            w.format = f;
            check(views[v].add(p->store, &w, &why), &why);
            if (f == FORMAT_JSON)
                check_json(views[v].name, &w.text);
            if (views[v].names_token && !strstr(text_z(&w.text), f == FORMAT_TEXT ? "a\"<b>" : "a"))
                fail_msg("%s, format %d: %s", views[v].name, (int)f, text_z(&w.text));
            if (f != FORMAT_CSV) /* which holds names as they are */
                assert_null(strchr(text_z(&w.text), '\x1b'));
            writer_done(&w);
        }
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    assert_int_equal(lseek(fileno(printed), 0, SEEK_END), 0);
    fclose(printed);
}

static void a_page_is_written_in_memory_too(void **state)
{
    struct place *p = *state;
    struct writer w;
    struct fault why;
    writer_init(&w, NULL, NULL);
    check(report_html(p->store, &month, &w, &why), &why);
    assert_non_null(strstr(text_z(&w.text), "<!DOCTYPE html>"));
    assert_non_null(strstr(text_z(&w.text), "</html>\n"));
    writer_done(&w);
}

static void a_writer_takes_one_document_after_the_other(void **state)
{
    struct place *p = *state;
    struct writer once, twice;
    struct text expected = { 0 };
    struct fault why;
    writer_init(&once, NULL, NULL);
    writer_init(&twice, NULL, NULL);
    once.format = twice.format = FORMAT_JSON;
    check(add_status(p->store, &once, &why), &why);
    check(add_status(p->store, &twice, &why) && add_status(p->store, &twice, &why), &why);
    text_addf(&expected, "%s%s", text_z(&once.text), text_z(&once.text));
    assert_string_equal(text_z(&twice.text), text_z(&expected));
    text_done(&expected);
    writer_done(&once);
    writer_done(&twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_view_is_valid_in_memory_and_prints_nothing,
                                        open_scene, tear_down),
        cmocka_unit_test_setup_teardown(a_page_is_written_in_memory_too, open_scene, tear_down),
        cmocka_unit_test_setup_teardown(a_writer_takes_one_document_after_the_other, open_scene,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
