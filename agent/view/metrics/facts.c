/* One query after the other; what each of them finds becomes subjects at once. */
#include "view/metrics/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/version.h"
#include "base/xmalloc.h"
#include "view/accuracy.h"
#include "view/metrics/format.h"

/* ---- subjects ---- */

struct subject *facts_add(struct metric_facts *f, enum metric_subject of)
{
    struct subjects *list = &f->of[of];
    const size_t labels = f->labels.len, info = f->info.len;
    list->at = xgrown(list->at, list->count, &list->room, sizeof *list->at);
    struct subject *s = &list->at[list->count++];
    *s = (struct subject){ .labels = xmalloc(labels + info),
                           .label_bytes = (uint32_t)labels,
                           .info_bytes = (uint32_t)info };
    memcpy(s->labels, text_z(&f->labels), labels);
    memcpy(s->labels + labels, text_z(&f->info), info);
    f->label_bytes += labels + info;
    text_clear(&f->labels);
    text_clear(&f->info);
    return s;
}

void facts_done(struct metric_facts *f)
{
    for (size_t of = 0; of < SUBJECTS; of++) {
        for (size_t i = 0; i < f->of[of].count; i++)
            free(f->of[of].at[i].labels);
        free(f->of[of].at);
    }
    text_done(&f->labels);
    text_done(&f->info);
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
};

/* The account whose label is all that is written so far; NULL: there is none. */
static struct account_facts *account_labelled(const struct loading *l)
{
    const struct subjects *accounts = &l->to->of[SUBJECT_ACCOUNT];
    for (size_t i = 0; i < accounts->count; i++) {
        struct subject *s = &accounts->at[i];
        if (s->label_bytes == l->to->labels.len
            && memcmp(s->labels, l->to->labels.at, l->to->labels.len) == 0)
            return &s->account;
    }
    return NULL;
}

/* The account that another row is about; NULL: there is none. */
static struct account_facts *account_of(struct loading *l, struct span name)
{
    metric_add_label(&l->to->labels, "account", name);
    struct account_facts *found = account_labelled(l);
    text_clear(&l->to->labels);
    return found;
}

static struct subject *add_account(struct metric_facts *to, const struct cell *row)
{
    metric_add_label(&to->labels, "account", row[QUERY_ACCOUNTS_ACCOUNT].text);
    metric_add_label(&to->info, "credits", row[QUERY_ACCOUNTS_CREDITS_SOURCE].text);
    return facts_add(to, SUBJECT_ACCOUNT);
}

static void take_account(void *to, const struct cell *row)
{
    struct loading *l = to;
    const struct cell *result = &row[QUERY_ACCOUNTS_RESULT];
    struct account_facts *f = &add_account(l->to, row)->account;
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

static void take_record(void *to, const struct cell *row)
{
    struct loading *l = to;
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
static void take_alert(void *to, const struct cell *row)
{
    struct loading *l = to;
    enum level level = LEVEL_NONE;
    level_named(row[QUERY_FIRING_LEVEL].text, &level);
    metric_add_label(&l->to->labels, "account", row[QUERY_FIRING_ACCOUNT].text);
    struct account_facts *f = account_labelled(l);
    if (f && level > LEVEL_NONE)
        f->alerts[level]++;
    if ((int64_t)l->to->of[SUBJECT_ALERT].count < l->query->tokens_max) {
        metric_add_label(&l->to->labels, "series", row[QUERY_FIRING_KIND].text);
        if (row[QUERY_FIRING_TOKEN].text.len)
            metric_add_label(&l->to->labels, "token", row[QUERY_FIRING_TOKEN].text);
        metric_add_label(&l->to->labels, "rule", row[QUERY_FIRING_RULE].text);
        facts_add(l->to, SUBJECT_ALERT)->number = level;
    }
    text_clear(&l->to->labels);
}

static struct agent_facts *agent_of(struct loading *l)
{
    return &l->to->of[SUBJECT_AGENT].at[0].agent;
}

static void take_broker(void *to, const struct cell *row)
{
    struct loading *l = to;
    struct agent_facts *f = agent_of(l);
    f->outbox_events = facts_number(&row[QUERY_BROKER_EVENTS]);
    f->outbox_bytes = facts_number(&row[QUERY_BROKER_BYTES]);
    f->outbox_oldest_at = facts_stamp(&row[QUERY_BROKER_OLDEST_AT]);
    f->refused = facts_number(&row[QUERY_BROKER_REFUSED]);
    f->delivered_at = facts_stamp(&row[QUERY_BROKER_DELIVERED_AT]);
}

static void take_volume(void *to, const struct cell *row)
{
    struct loading *l = to;
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
        metric_add_label(&l->to->labels, "account", span_of(a->name));
        metric_add_label(&l->to->labels, "code",
                         span_of(c->status == LIVE_NO_ANSWER   ? "none"
                                     : c->status == LIVE_OTHER ? "other"
                                                               : digits));
        facts_add(l->to, SUBJECT_REQUESTS)->number = c->requests;
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

static void add_agent(struct metric_facts *to, const struct store *s)
{
    metric_add_label(&to->info, "version", span_of(EBB_VERSION));
    facts_add(to, SUBJECT_AGENT)->agent =
        (struct agent_facts){ .journal_bytes = store_journal_bytes(s) };
}

bool facts_begin(struct store *s, const struct metrics_query *q, struct metric_facts *ret,
                 struct fault *why)
{
    struct loading l = { .to = ret, .query = q };
    add_agent(ret, s);
    const struct query_filter scope = query_at(q->now, NULL);
    bool ok = query_each(s, QUERY_ACCOUNTS, &scope, QUERY_ACCOUNTS_COLUMNS, take_account, &l, why);
    if (ok && q->live)
        take_live(&l, q->live);
    return ok;
}

static const struct part {
    enum query query;
    size_t columns;
    void (*take)(void *to, const struct cell *row);
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
    const struct query_filter scope = query_at(q->now, NULL);
    return query_each(s, parts[part].query, &scope, parts[part].columns, parts[part].take, &l, why);
}

static void take_bound(void *to, const struct cell *row)
{
    *(int64_t *)to = row[0].integer;
}

bool facts_next_slice(struct store *s, enum query bound, struct query_filter *slice, bool *ret_more,
                      struct fault *why)
{
    int64_t upto = 0; /* there are no more */
    slice->after = slice->upto;
    if (!query_each(s, bound, slice, 1, take_bound, &upto, why))
        return false;
    *ret_more = upto != 0;
    slice->upto = upto;
    return true;
}

bool facts_load_alerts(struct store *s, const struct metrics_query *q, struct query_filter *slice,
                       struct metric_facts *f, bool *ret_more, struct fault *why)
{
    struct loading l = { .to = f, .query = q };
    return facts_next_slice(s, QUERY_ALERTED, slice, ret_more, why)
        && (!*ret_more
            || query_each(s, QUERY_FIRING, slice, QUERY_FIRING_COLUMNS, take_alert, &l, why));
}
