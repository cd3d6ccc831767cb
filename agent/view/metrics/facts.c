/* One query after the other; what each of them finds becomes subjects at once. */
#include "view/metrics/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/version.h"
#include "base/xmalloc.h"
#include "view/accuracy.h"
#include "view/metrics/format.h"

/* ---- subjects ---- */

struct subject *facts_add(struct metric_facts *f, enum metric_subject of, struct span labels,
                          struct span info)
{
    struct subjects *list = &f->of[of];
    list->at = xgrown(list->at, list->count, &list->room, sizeof *list->at);
    struct subject *s = &list->at[list->count++];
    *s = (struct subject){ .labels = xcalloc(labels.len + info.len + 2, 1) };
    s->info = s->labels + labels.len + 1;
    f->label_bytes += labels.len + info.len + 2;
    memcpy(s->labels, labels.at, labels.len);
    memcpy(s->info, info.at, info.len);
    return s;
}

void facts_done(struct metric_facts *f)
{
    for (size_t of = 0; of < SUBJECTS; of++) {
        for (size_t i = 0; i < f->of[of].count; i++)
            free(f->of[of].at[i].labels);
        free(f->of[of].at);
    }
}

int64_t facts_number(const struct cell *c)
{
    return c->kind == CELL_INTEGER ? c->integer : METRIC_ABSENT;
}

int64_t facts_stamp(const struct cell *c)
{
    unix_s at = cell_time(c);
    return at == TIME_NONE ? METRIC_ABSENT : at;
}

/* ---- queries ---- */

/* What a row becomes. */
struct loading {
    struct metric_facts *to;
    const struct metrics_query *query;
    struct text labels;
};

static bool each(struct store *s, enum query query, size_t columns,
                 void (*take)(struct loading *l, const struct cell *row), struct loading *l,
                 struct fault *why)
{
    const struct query_filter scope = query_at(l->query->now, NULL);
    struct cell row[COLUMNS_MAX];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(s, query, &scope, &a, why))
        return false;
    while (ok && more) {
        ok = query_next(a, row, columns, &more, why);
        if (ok && more)
            take(l, row);
    }
    query_close(a);
    return ok;
}

static struct subject *add(struct loading *l, enum metric_subject of)
{
    struct subject *s = facts_add(l->to, of, (struct span){ text_z(&l->labels), l->labels.len },
                                  (struct span){ "", 0 });
    text_clear(&l->labels);
    return s;
}

static bool is_labelled(const struct subject *s, const char *label)
{
    return strcmp(s->labels, label) == 0;
}

/* The account that another row is about; NULL: there is none. */
static struct account_facts *account_of(struct loading *l, struct span name)
{
    struct subjects *accounts = &l->to->of[SUBJECT_ACCOUNT];
    struct account_facts *found = NULL;
    metric_add_label(&l->labels, "account", name);
    for (size_t i = 0; i < accounts->count && !found; i++)
        if (is_labelled(&accounts->at[i], text_z(&l->labels)))
            found = &accounts->at[i].account;
    text_clear(&l->labels);
    return found;
}

static struct subject *add_account(struct loading *l, const struct cell *row)
{
    struct text info = { 0 };
    metric_add_label(&l->labels, "account", row[QUERY_ACCOUNTS_ACCOUNT].text);
    metric_add_label(&info, "credits", row[QUERY_ACCOUNTS_CREDITS_SOURCE].text);
    struct subject *s =
        facts_add(l->to, SUBJECT_ACCOUNT, (struct span){ text_z(&l->labels), l->labels.len },
                  (struct span){ text_z(&info), info.len });
    text_clear(&l->labels);
    text_done(&info);
    return s;
}

static void take_account(struct loading *l, const struct cell *row)
{
    const struct cell *result = &row[QUERY_ACCOUNTS_RESULT];
    struct account_facts *f = &add_account(l, row)->account;
    *f = (struct account_facts){
        .polled_at = facts_stamp(&row[QUERY_ACCOUNTS_AT]),
        .last_ok_at = facts_stamp(&row[QUERY_ACCOUNTS_LAST_OK_AT]),
        .next_at = facts_stamp(&row[QUERY_ACCOUNTS_NEXT_POLL_AT]),
        .took_ms = facts_number(&row[QUERY_ACCOUNTS_TOOK_MS]),
        .interval_s = facts_number(&row[QUERY_ACCOUNTS_INTERVAL_S]),
        .stale_s = facts_number(&row[QUERY_ACCOUNTS_STALE_S]),
        .ok = result->kind == CELL_TEXT ? span_is(result->text, poll_result_name(POLL_OK))
                                        : METRIC_ABSENT,
        .listed = facts_number(&row[QUERY_ACCOUNTS_TOKENS]),
        .changed = facts_number(&row[QUERY_ACCOUNTS_CHANGED]),
        .missing = facts_number(&row[QUERY_ACCOUNTS_MISSING]),
        .bytes = facts_number(&row[QUERY_ACCOUNTS_BYTES]),
        .tokens = facts_number(&row[QUERY_ACCOUNTS_LIVING]),
        .usage_until = facts_stamp(&row[QUERY_ACCOUNTS_USAGE_AT]),
        .coverage_milli = METRIC_ABSENT,
        .factor_milli = METRIC_ABSENT,
        .bias_milli = METRIC_ABSENT,
        .reach_milli = { METRIC_ABSENT, METRIC_ABSENT, METRIC_ABSENT },
    };
    for (size_t i = 0; i < POLL_RESULTS; i++)
        f->polls[i] = METRIC_ABSENT;
    l->to->living += row[QUERY_ACCOUNTS_LIVING].integer;
}

static void take_record(struct loading *l, const struct cell *row)
{
    const struct record_figures r = record_figures_of(row);
    struct account_facts *f = account_of(l, row[QUERY_RECORD_ACCOUNT].text);
    if (!f)
        return;
    f->scored = r.scored;
    f->coverage_milli = r.tells ? r.coverage_milli : METRIC_ABSENT;
    f->factor_milli = r.tells ? r.factor_milli : METRIC_ABSENT;
    f->bias_milli = r.tells ? r.bias_milli : METRIC_ABSENT;
    for (int i = 0; i < REACHES; i++) {
        f->reach_scored[i] = r.reach_scored[i];
        f->reach_milli[i] = r.reach_milli[i] < 0 ? METRIC_ABSENT : r.reach_milli[i];
    }
}

/* Whatever fires is counted; what has no room has no series. */
static void take_alert(struct loading *l, const struct cell *row)
{
    if (!cell_is_set(&row[QUERY_FIRING_IS_FIRING]))
        return;
    struct account_facts *f = account_of(l, row[QUERY_FIRING_ACCOUNT].text);
    int64_t level = row[QUERY_FIRING_URGENCY].integer;
    if (f && level > LEVEL_NONE && level < LEVELS)
        f->alerts[level]++;
    if ((int64_t)l->to->of[SUBJECT_ALERT].count >= l->query->tokens_max)
        return;
    metric_add_label(&l->labels, "account", row[QUERY_FIRING_ACCOUNT].text);
    metric_add_label(&l->labels, "series", row[QUERY_FIRING_KIND].text);
    if (row[QUERY_FIRING_TOKEN].text.len)
        metric_add_label(&l->labels, "token", row[QUERY_FIRING_TOKEN].text);
    metric_add_label(&l->labels, "rule", row[QUERY_FIRING_RULE].text);
    add(l, SUBJECT_ALERT)->number = level;
}

static struct agent_facts *agent_of(struct loading *l)
{
    return &l->to->of[SUBJECT_AGENT].at[0].agent;
}

static void take_broker(struct loading *l, const struct cell *row)
{
    struct agent_facts *f = agent_of(l);
    f->outbox_events = facts_number(&row[QUERY_BROKER_EVENTS]);
    f->outbox_bytes = facts_number(&row[QUERY_BROKER_BYTES]);
    f->outbox_oldest_at = facts_stamp(&row[QUERY_BROKER_OLDEST_AT]);
    f->refused = facts_number(&row[QUERY_BROKER_REFUSED]);
    f->delivered_at = facts_stamp(&row[QUERY_BROKER_DELIVERED_AT]);
}

static void take_volume(struct loading *l, const struct cell *row)
{
    struct agent_facts *f = agent_of(l);
    f->store_bytes = facts_number(&row[QUERY_VOLUME_BYTES]);
    f->store_free_bytes = facts_number(&row[QUERY_VOLUME_FREE_BYTES]);
}

/* ---- what no database knows ---- */

static void take_requests(struct loading *l, const struct live_account *a)
{
    char digits[16];
    for (size_t i = 0; i < a->requests->count; i++) {
        const struct live_code *c = &a->requests->at[i];
        snprintf(digits, sizeof digits, "%d", c->status);
        metric_add_label(&l->labels, "account", span_of(a->name));
        metric_add_label(&l->labels, "code",
                         span_of(c->status == LIVE_NO_ANSWER   ? "none"
                                     : c->status == LIVE_OTHER ? "other"
                                                               : digits));
        add(l, SUBJECT_REQUESTS)->number = c->requests;
    }
}

static void take_live(struct loading *l, const struct live *live)
{
    for (size_t i = 0; i < live->account_count; i++) {
        const struct live_account *a = &live->accounts[i];
        struct account_facts *f = account_of(l, span_of(a->name));
        if (f)
            memcpy(f->polls, a->polls, sizeof f->polls);
        take_requests(l, a);
    }
    struct agent_facts *f = agent_of(l);
    f->is_running = true;
    f->live = *live;
    f->process = process_usage();
    f->live.accounts = NULL;
    f->live.account_count = 0;
}

static void add_agent(struct loading *l, const struct store *s)
{
    metric_add_label(&l->labels, "version", span_of(EBB_VERSION));
    struct subject *agent = facts_add(l->to, SUBJECT_AGENT, (struct span){ "", 0 },
                                      (struct span){ text_z(&l->labels), l->labels.len });
    agent->agent = (struct agent_facts){ .journal_bytes = store_journal_bytes(s) };
    text_clear(&l->labels);
}

bool facts_begin(struct store *s, const struct metrics_query *q, struct metric_facts *ret,
                 struct fault *why)
{
    struct loading l = { .to = ret, .query = q };
    add_agent(&l, s);
    bool ok = each(s, QUERY_ACCOUNTS, QUERY_ACCOUNTS_COLUMNS, take_account, &l, why);
    if (ok && q->live)
        take_live(&l, q->live);
    text_done(&l.labels);
    return ok;
}

static const struct part {
    enum query query;
    size_t columns;
    void (*take)(struct loading *l, const struct cell *row);
} parts[] = {
    { QUERY_RECORD, QUERY_RECORD_COLUMNS, take_record },
    { QUERY_BROKER, QUERY_BROKER_COLUMNS, take_broker },
    { QUERY_VOLUME, QUERY_VOLUME_COLUMNS, take_volume },
};
_Static_assert(COUNT(parts) == FACTS_PARTS, "a part is not asked for");

bool facts_load(struct store *s, const struct metrics_query *q, size_t part, struct metric_facts *f,
                struct fault *why)
{
    struct loading l = { .to = f, .query = q };
    bool ok = each(s, parts[part].query, parts[part].columns, parts[part].take, &l, why);
    text_done(&l.labels);
    return ok;
}

bool facts_load_alerts(struct store *s, const struct metrics_query *q, struct query_filter *slice,
                       struct metric_facts *f, bool *ret_more, struct fault *why)
{
    struct loading l = { .to = f, .query = q };
    struct cell row[QUERY_FIRING_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    *ret_more = false;
    if (!query_open(s, QUERY_FIRING, slice, &a, why))
        return false;
    while (ok && (ok = query_next(a, row, COUNT(row), &more, why)) && more) {
        slice->after = row[QUERY_FIRING_ID].integer;
        *ret_more = true;
        take_alert(&l, row);
    }
    query_close(a);
    text_done(&l.labels);
    return ok;
}
