/* How good are the forecasts? Answers a data set's questions with exactly the code that the daemon
 * runs.
 *
 *     forecast [--table FILE] [--near FILE] [--repeat N] DATA_DIR > predictions.csv
 *     forecast --resets [--reset-table FILE] DATA_DIR > predictions.csv
 *     forecast [--resets] --questions FILE --features FILE DATA_DIR
 *     forecast [--table FILE] --questions FILE --near-features FILE DATA_DIR
 *
 * DATA_DIR holds series.csv, series/NAME.csv, tasks.csv and alerts.csv. --table takes constants
 * from a file of floats instead of the shipped ones, --near those of what is near (near.h; none: it
 * is answered as what is far). Tasks may have a column usage_from: the consumption endpoint told
 * the days from then on. --repeat makes each forecast N times and tells the shortest time, for a
 * machine that others use too. --features writes, for each row of
 * --questions (series, hist_from, origin, balance_nano_usd), the experts' median and what the
 * learned head is told, as floats; for training; --near-features what the trees of what is near are
 * told. --resets answers, and describes, questions about
 * budgets that are reset instead (resets.h): resets.csv. */
#include <assert.h>
#include <err.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/own.h"
#include "base/xmalloc.h"
#include "core/calendar.h"
#include "core/forecast.h"
#include "core/forecast/estimate.h"
#include "core/forecast/near.h"
#include "core/forecast/net.h"
#include "core/forecast/reset.h"
#include "resets.h"
#include "series.h"

enum { STALE_S = WEEK_S }; /* a question is asked at a poll: never stale */

struct asked {
    const char *id, *episode; /* borrowed; episode is NULL for a point task */
    int64_t alert_s;
    const struct polled_series *series;
    unix_s hist_from, origin, told_from;
    struct money balance;
    struct forecast answer;
    double took_us;
    float *features; /* FEATURES + 1, when they are wanted */
};

struct bench {
    const char *folder;
    struct series_set series;
    struct csv tasks, alerts;
    struct asked *asked; /* owned */
    size_t asked_count;
    struct ensemble nets;
    struct net *read_nets; /* owned; NULL: the shipped ones */
    struct tree *read_trees;
    struct alarm_tree *read_alarms, *read_resets;
    struct alarm_forest resets;
    struct forest near;
    struct tree *read_near; /* owned */
    bool wants_features, wants_near;
    int repeat;
    atomic_size_t next; /* the next one to be taken by a thread */
};

static void read_questions(struct bench *b, const struct csv *c, bool alerts)
{
    size_t series = csv_column(c, "series"), from = csv_column(c, "hist_from"),
           origin = csv_column(c, "origin"), balance = csv_column(c, "balance_nano_usd");
    b->asked = xrealloc(b->asked, b->asked_count + c->rows, sizeof *b->asked);
    for (size_t i = 0; i < c->rows; i++) {
        struct asked *a = &b->asked[b->asked_count++];
        *a = (struct asked){
            .id = b->wants_features ? NULL : csv_field(c, i, csv_column(c, "task_id")),
            .series = series_find(&b->series, csv_field(c, i, series)),
            .hist_from = csv_integer(c, i, from),
            .origin = csv_integer(c, i, origin),
            .balance = { csv_integer(c, i, balance) },
            .told_from = TIME_NONE,
        };
        if (csv_has(c, "usage_from") && csv_integer(c, i, csv_column(c, "usage_from")) > 0)
            a->told_from = csv_integer(c, i, csv_column(c, "usage_from"));
        if (alerts) {
            a->episode = csv_field(c, i, csv_column(c, "episode"));
            a->alert_s = csv_integer(c, i, csv_column(c, "alert_hours")) * HOUR_S;
        }
        if (b->wants_features)
            a->features = xcalloc(FEATURES + 1, sizeof *a->features);
    }
}

static void describe_near(const struct bench *b, const struct past *p, struct asked *a)
{
    struct track t;
    struct estimate e;
    struct ensemble far = b->nets;
    far.near = NULL;
    a->features[0] = NAN;
    if (a->balance.nano <= 0 || !track_of(p, &t) || t.seen_rate <= 0)
        return;
    double amount = (double)a->balance.nano / t.unit_nano;
    float answers[1][EXPERTS];
    estimate_amounts(&t, &far, &(struct amounts){ &amount, 1, 0, 0 }, &e);
    experts_ask(&(struct inquiry){ &t, &amount, 1, answers });
    struct near_traits traits = near_traits_of(&t);
    struct near_question q = { amount, experts_median(answers[0]), e.ln_hours };
    struct near_stand stand = near_stand_of(&t, &q);
    near_features(&traits, &q, &stand, a->features + 1);
    a->features[0] = (float)stand.base;
}

static void describe(const struct past *p, struct asked *a)
{
    struct track t;
    if (a->balance.nano <= 0 || !track_of(p, &t)) {
        a->features[0] = NAN;
        return;
    }
    double amount = (double)a->balance.nano / t.unit_nano;
    float answers[1][EXPERTS];
    experts_ask(&(struct inquiry){ &t, &amount, 1, answers });
    struct traits traits = traits_of(&t);
    a->features[0] = (float)experts_median(answers[0]);
    features_of(&t, &traits, (struct stand){ answers[0], experts_median(answers[0]), amount },
                a->features + 1);
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void answer(const struct bench *b, const struct watch *w, struct asked *a)
{
    struct past past;
    struct curve curve;
    watch_past(w, &past);
    if (b->wants_near) {
        describe_near(b, &past, a);
        return;
    }
    if (b->wants_features) {
        describe(&past, a);
        return;
    }
    struct reading r = watch_reading(w, a->balance);
    a->took_us = INFINITY;
    for (int i = 0; i < b->repeat; i++) {
        double began = now_us();
        curve_make(&past, &b->nets, (double)a->balance.nano, &curve);
        a->answer = forecast_read(&curve, watch_burn(w), &r, a->origin, STALE_S);
        a->took_us = fmin(a->took_us, now_us() - began);
    }
}

/* Questions to one history that come in order of time go on with the same watch. */
static void answer_run(struct bench *b, size_t first, size_t last)
{
    struct watch w = { 0 };
    for (size_t i = first; i < last; i++) {
        struct asked *a = &b->asked[i];
        if (w.series != a->series || w.since != a->hist_from || w.asked_from != a->told_from
            || watch_seen_at(&w) > a->origin) {
            watch_done(&w);
            watch_begin(&w, a->series, a->hist_from, a->told_from);
        }
        watch_until(&w, a->origin);
        answer(b, &w, a);
    }
    watch_done(&w);
}

static void *work(void *bench)
{
    enum { RUN = 64 };
    struct bench *b = bench;
    for (;;) {
        size_t first = atomic_fetch_add(&b->next, RUN);
        if (first >= b->asked_count)
            return NULL;
        answer_run(b, first, first + RUN < b->asked_count ? first + RUN : b->asked_count);
    }
}

static void answer_all(struct bench *b)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_t threads[64];
    int count = cores < 1 ? 1 : cores > 64 ? 64 : (int)cores;
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, work, b) != 0)
            err(1, "thread");
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void print_time(unix_s at, char end)
{
    if (at == TIME_NONE || at == TIME_FAR)
        printf("inf%c", end);
    else
        printf("%lld%c", (long long)at, end);
}

/* The rule exhausts_within of core/rule.c with `at` and `clear` alike. */
static bool alerts(const struct asked *a, bool on)
{
    unix_s sought = on ? a->answer.relief : a->answer.alarm;
    return sought != TIME_NONE && sought - a->origin < a->alert_s;
}

static void print_answers(const struct bench *b)
{
    bool on = false;
    puts("task_id,t_p10,t_p50,t_p90,alert");
    for (size_t i = 0; i < b->asked_count; i++) {
        const struct asked *a = &b->asked[i];
        printf("%s,", a->id);
        print_time(a->answer.early, ',');
        print_time(a->answer.likely, ',');
        print_time(a->answer.late, ',');
        if (a->episode) {
            bool goes_on = i > 0 && b->asked[i - 1].episode
                && strcmp(b->asked[i - 1].episode, a->episode) == 0;
            on = alerts(a, goes_on && on);
            printf("%d", on);
        }
        putchar('\n');
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell_times(const struct bench *b)
{
    own_free double *times = xcalloc(b->asked_count + 1, sizeof *times);
    for (size_t i = 0; i < b->asked_count; i++)
        times[i] = b->asked[i].took_us;
    qsort(times, b->asked_count, sizeof *times, by_size);
    fprintf(stderr, "one forecast: median %.0f us, 10 %% %.0f us, 90 %% %.0f us, 99 %% %.0f us\n",
            times[b->asked_count / 2], times[b->asked_count / 10], times[b->asked_count * 9 / 10],
            times[b->asked_count * 99 / 100]);
}

static void write_features(const struct bench *b, const char *path)
{
    own_file FILE *file = fopen(path, "wb");
    if (!file)
        err(1, "%s", path);
    for (size_t i = 0; i < b->asked_count; i++)
        if (fwrite(b->asked[i].features, sizeof(float), FEATURES + 1, file) != FEATURES + 1)
            err(1, "%s", path);
}

/* A tree is all floats: features, bounds, leaves. */
static bool read_questions_of(FILE *file, short feature[], float above[], int depth, int features)
{
    float numbers[16];
    assert(depth <= (int)COUNT(numbers));
    if (fread(numbers, sizeof *numbers, (size_t)depth, file) != (size_t)depth
        || fread(above, sizeof *above, (size_t)depth, file) != (size_t)depth)
        return false;
    for (int d = 0; d < depth; d++) {
        if (numbers[d] < 0 || numbers[d] >= (float)features)
            return false;
        feature[d] = (short)numbers[d];
    }
    return true;
}

static bool read_tree(FILE *file, struct tree *ret)
{
    float leaf[TREE_LEAVES][LEVELS_ASKED];
    if (!read_questions_of(file, ret->feature, ret->above, TREE_DEPTH, FEATURES)
        || fread(leaf, sizeof leaf, 1, file) != 1)
        return false;
    for (int i = 0; i < TREE_LEAVES; i++)
        for (int l = 0; l < LEVELS_ASKED; l++)
            ret->leaf[i][l] = (short)leaf[i][l];
    return true;
}

static bool read_alarm_tree(FILE *file, struct alarm_tree *ret)
{
    float leaf[ALARM_LEAVES];
    if (!read_questions_of(file, ret->feature, ret->above, ALARM_DEPTH, FEATURES + 1)
        || fread(leaf, sizeof leaf, 1, file) != 1)
        return false;
    for (int i = 0; i < ALARM_LEAVES; i++)
        ret->leaf[i] = (short)leaf[i];
    return true;
}

static void read_table(struct bench *b, const char *path)
{
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        err(1, "%s", path);
    float counts[3];
    if (fread(counts, sizeof counts, 1, file) != 1 || counts[0] < 1 || counts[0] > 64
        || counts[1] < 0 || counts[1] > 4096 || counts[2] < 0 || counts[2] > 4096)
        errx(1, "%s: it does not begin with numbers of nets, of trees and of trees for alerts",
             path);
    free(b->read_nets);
    free(b->read_trees);
    free(b->read_alarms);
    b->nets = (struct ensemble){ .near = b->nets.near,
                                 .count = (size_t)counts[0],
                                 .forest.count = (size_t)counts[1],
                                 .alarms.count = (size_t)counts[2] };
    b->nets.nets = b->read_nets = xcalloc(b->nets.count, sizeof *b->read_nets);
    b->nets.forest.trees = b->read_trees = xcalloc(b->nets.forest.count + 1, sizeof *b->read_trees);
    if (fread(b->read_nets, sizeof *b->read_nets, b->nets.count, file) != b->nets.count)
        errx(1, "%s: fewer nets of %zu floats than it says", path,
             sizeof *b->read_nets / sizeof(float));
    for (size_t i = 0; i < b->nets.forest.count; i++)
        if (!read_tree(file, &b->read_trees[i]))
            errx(1, "%s: a tree is cut short, or asks about no feature", path);
    b->nets.alarms.trees = b->read_alarms =
        xcalloc(b->nets.alarms.count + 1, sizeof *b->read_alarms);
    for (size_t i = 0; i < b->nets.alarms.count; i++)
        if (!read_alarm_tree(file, &b->read_alarms[i]))
            errx(1, "%s: a tree for alerts is cut short, or asks about no feature", path);
}

static void read_reset_table(struct bench *b, const char *path)
{
    own_file FILE *file = fopen(path, "rb");
    float count;
    if (!file)
        err(1, "%s", path);
    if (fread(&count, sizeof count, 1, file) != 1 || count < 0 || count > 4096)
        errx(1, "%s: it does not begin with a number of trees", path);
    free(b->read_resets);
    b->resets.trees = b->read_resets = xcalloc((size_t)count + 1, sizeof *b->read_resets);
    b->resets.count = (size_t)count;
    for (size_t i = 0; i < b->resets.count; i++)
        if (!read_alarm_tree(file, &b->read_resets[i]))
            errx(1, "%s: a tree is cut short, or asks about no feature", path);
}

static void read_near(struct bench *b, const char *path)
{
    b->nets.near = NULL;
    if (strcmp(path, "none") == 0)
        return;
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        err(1, "%s", path);
    float count;
    if (fread(&count, sizeof count, 1, file) != 1 || count < 0 || count > 4096)
        errx(1, "%s: it does not begin with a number of trees", path);
    free(b->read_near);
    b->near.count = (size_t)count;
    b->near.trees = b->read_near = xcalloc(b->near.count + 1, sizeof *b->read_near);
    b->nets.near = &b->near;
    for (size_t i = 0; i < b->near.count; i++)
        if (!read_tree(file, &b->read_near[i]))
            errx(1, "%s: a tree is cut short, or asks about no feature", path);
}

static void done(struct bench *b)
{
    for (size_t i = 0; i < b->asked_count; i++)
        free(b->asked[i].features);
    free(b->asked);
    free(b->read_nets);
    free(b->read_trees);
    free(b->read_alarms);
    free(b->read_resets);
    free(b->read_near);
    series_done(&b->series);
    csv_done(&b->tasks);
    csv_done(&b->alerts);
}

/* Of resets alone. */
static int run_resets(struct bench *b, const char *queries, const char *features)
{
    const struct reset_job job = { &b->series, &b->nets, &b->resets };
    b->series = series_read(b->folder);
    if (features)
        resets_describe(&job, queries, features);
    else
        resets_answer(&job, b->folder);
    done(b);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = { { "table", required_argument, NULL, 't' },
                                             { "questions", required_argument, NULL, 'q' },
                                             { "features", required_argument, NULL, 'f' },
                                             { "near", required_argument, NULL, 'n' },
                                             { "near-features", required_argument, NULL, 'N' },
                                             { "repeat", required_argument, NULL, 'r' },
                                             { "resets", no_argument, NULL, 'l' },
                                             { "reset-table", required_argument, NULL, 'b' },
                                             { 0 } };
    struct bench b = { .nets = net_shipped, .resets = reset_forest, .repeat = 1 };
    bool resets = false;
    const char *queries = NULL, *features = NULL;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 't')
            read_table(&b, optarg);
        else if (c == 'b')
            read_reset_table(&b, optarg);
        else if (c == 'l')
            resets = true;
        else if (c == 'q')
            queries = optarg;
        else if (c == 'f')
            features = optarg;
        else if (c == 'n')
            read_near(&b, optarg);
        else if (c == 'N') {
            features = optarg;
            b.wants_near = true;
        } else if (c == 'r' && atoi(optarg) > 0)
            b.repeat = atoi(optarg);
        else
            return 2;
    }
    if (optind != argc - 1 || !queries != !features)
        errx(2,
             "usage: forecast [--resets] [--table FILE] [--near FILE] [--reset-table FILE] "
             "[--repeat N] "
             "[--questions FILE --features FILE] DATA_DIR");

    b.folder = argv[optind];
    b.wants_features = features;
    if (resets)
        return run_resets(&b, queries, features);
    b.series = series_read(b.folder);
    b.tasks = queries ? csv_read(NULL, queries) : csv_read(b.folder, "tasks.csv");
    read_questions(&b, &b.tasks, false);
    if (!queries) {
        b.alerts = csv_read(b.folder, "alerts.csv");
        read_questions(&b, &b.alerts, true);
    }
    answer_all(&b);
    if (features) {
        write_features(&b, features);
    } else {
        print_answers(&b);
        tell_times(&b);
    }
    done(&b);
    return 0;
}
