/* Rows of the store become items, groups and facts.
 *
 * Which source tells of a day is decided here, for an account and a day as a whole, so that no amount is counted twice:
 * the endpoint where it was asked, else what was read off balances. Top-ups and resets always come from balances. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "cli/report.h"
#include "core/naming.h"
#include "core/words.h"

/* The columns of question_report_tokens.sql. */
enum {
    ID, ACCOUNT, NAME, GENERATION, KIND, DELETED, USAGE_FROM, USAGE_AT, KNOWN_FROM, BUDGETED, PERIOD, AMOUNT,
    TOKEN_CELLS,
};

/* Of question_report_days.sql and hours, of usage and providers. */
enum {
    TOKEN, AT, SPENT, USAGE, TOPUP, RESET, SUM_CELLS,
    WORD = SPENT, COST, CALLS, USAGE_CELLS,
    PROVIDER_CELLS = CALLS,
};

#define NO_NAME "(none)"

struct payer {
    int64_t id;
    size_t item;
    struct report_known known;
    unix_s known_from;
};

struct loading {
    const struct report_query *q;
    struct loaded_report *to;
    struct payer *payers; /* owned; by id once all are there */
    size_t payer_count, payer_room;
    struct words names; /* of groups in their order, unless these are tokens, whose names are not theirs alone */
    unix_s usage_from;  /* the latest of all payers */
};

static const char *const by_names[] = {
    [BY_TOKEN] = "token",     [BY_ENVIRONMENT] = "environment", [BY_PROJECT] = "project", [BY_PURPOSE] = "purpose",
    [BY_ACCOUNT] = "account", [BY_PROVIDER] = "provider",       [BY_FEATURE] = "feature",
};
_Static_assert(COUNT(by_names) == REPORT_BYS, "a dimension has no name");

const char *report_by_name(enum report_by by)
{
    return by_names[by];
}

struct scope report_scope(const struct report_query *q)
{
    return (struct scope){ q->now, q->during.since, q->during.until, NULL, q->account };
}

static bool is_by_word(const struct report_query *q)
{
    return q->by == BY_PROVIDER || q->by == BY_FEATURE;
}

static size_t add_group(struct loading *l, struct span name)
{
    struct loaded_report *to = l->to;
    if (to->label_count == to->label_room) {
        to->label_room = to->label_room ? to->label_room * 2 : 64;
        to->labels = xrealloc(to->labels, to->label_room, sizeof *to->labels);
    }
    to->labels[to->label_count++] = (struct report_label){
        .name = xstrndup(name.at, name.len),
        .account = xstrdup(""),
    };
    return report_add_group(&to->report);
}

static size_t group_named(struct loading *l, struct span name)
{
    size_t group = words_number(&l->names, name);
    if (group == l->to->label_count)
        add_group(l, name);
    return group;
}

/* Generations count only for names that were born again, so an only one is told apart from nothing. */
static size_t group_of_token(struct loading *l, const struct cell *cells)
{
    size_t group = add_group(l, cells[NAME].text);
    struct report_label *label = &l->to->labels[group];
    free(label->account);
    label->account = xstrndup(cells[ACCOUNT].text.at, cells[ACCOUNT].text.len);
    label->generation = cells[GENERATION].integer;
    label->deleted = cells[DELETED].integer;
    return group;
}

static struct span named_or_none(struct span part)
{
    return part.len ? part : span_of(NO_NAME);
}

/* The main key has no name of the convention. */
static struct span part_of(const struct report_query *q, const struct cell *cells)
{
    struct span name = cells[NAME].text;
    if (q->by == BY_ACCOUNT)
        return cells[ACCOUNT].text;
    if (!span_is(cells[KIND].text, "token"))
        return span_of(NO_NAME);
    if (q->by == BY_PROJECT)
        return named_or_none(naming_project(name));
    return named_or_none(q->by == BY_PURPOSE ? naming_purpose(name) : naming_environment(name));
}

static bool is_wanted(const struct report_query *q, const struct cell *cells)
{
    struct span name = cells[NAME].text;
    bool is_token = span_is(cells[KIND].text, "token");
    if (q->environment && !(is_token && span_is(named_or_none(naming_environment(name)), q->environment)))
        return false;
    return !q->token || naming_matches(q->token, name);
}

static unix_s stamp(const struct cell *cell)
{
    return cell->kind == CELL_INTEGER ? cell->integer : TIME_NONE;
}

static struct payer *new_payer(struct loading *l)
{
    if (l->payer_count == l->payer_room) {
        l->payer_room = l->payer_room ? l->payer_room * 2 : 64;
        l->payers = xrealloc(l->payers, l->payer_room, sizeof *l->payers);
    }
    return &l->payers[l->payer_count++];
}

static void add_payer(struct loading *l, const struct cell *cells)
{
    if (!is_wanted(l->q, cells))
        return;
    struct payer *p = new_payer(l);
    *p = (struct payer){
        .id = cells[ID].integer,
        .known = { stamp(&cells[USAGE_FROM]), stamp(&cells[USAGE_AT]) },
        .known_from = stamp(&cells[KNOWN_FROM]),
    };
    if (p->known.usage_from > l->usage_from)
        l->usage_from = p->known.usage_from;
    if (is_by_word(l->q))
        return;
    struct allowance allowance = {
        .period = calendar_period_named(cells[PERIOD].text),
        .amount_nano = cells[AMOUNT].kind == CELL_INTEGER ? cells[AMOUNT].integer : -1,
    };
    size_t group = l->q->by == BY_TOKEN ? group_of_token(l, cells) : group_named(l, part_of(l->q, cells));
    p->item = report_add_item(&l->to->report, group, p->known_from, cells[BUDGETED].integer ? &allowance : NULL);
}

static int compare_payers(const void *a, const void *b)
{
    const struct payer *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static const struct payer *payer_of(const struct loading *l, int64_t id)
{
    const struct payer wanted = { .id = id };
    return bsearch(&wanted, l->payers, l->payer_count, sizeof *l->payers, compare_payers);
}

/* ---- facts ---- */

static enum report_source source_of(int64_t spent_nano, int64_t usage_nano)
{
    enum report_source told = usage_nano ? REPORT_FROM_ENDPOINT : REPORT_FROM_NOTHING;
    return told | (spent_nano != usage_nano ? REPORT_FROM_BALANCE : REPORT_FROM_NOTHING);
}

static bool endpoint_tells(const struct loading *l, const struct payer *p, unix_s at)
{
    const struct report_query *q = l->q;
    if (q->choice == REPORT_BALANCE || q->per == PER_HOUR)
        return false;
    return q->choice == REPORT_ENDPOINT || report_endpoint_tells(&p->known, at);
}

static void add_sum(struct loading *l, const struct cell *cells)
{
    const struct payer *p = payer_of(l, cells[TOKEN].integer);
    if (!p)
        return;
    struct report_fact f = {
        .item = p->item,
        .at = cells[AT].integer,
        .spent_nano = cells[SPENT].integer,
        .topup_nano = cells[TOPUP].integer,
        .reset_nano = cells[RESET].integer,
        .calls = -1,
        .source = source_of(cells[SPENT].integer, cells[USAGE].integer),
    };
    if (l->q->choice == REPORT_BALANCE) {
        f.spent_nano -= cells[USAGE].integer;
        f.source &= REPORT_FROM_BALANCE;
    } else if (endpoint_tells(l, p, f.at)) {
        f.spent_nano = 0;
        f.source = REPORT_FROM_NOTHING;
    }
    report_add_fact(&l->to->report, &f);
}

/* An item of its own for each word: its group may have many, and calls are told of a feature only. */
static size_t item_of_word(struct loading *l, struct span word)
{
    size_t before = l->to->label_count;
    size_t group = group_named(l, word);
    if (group == before)
        report_add_item(&l->to->report, group, l->usage_from, NULL);
    return group;
}

static void add_use(struct loading *l, const struct cell *cells, bool has_calls)
{
    const struct payer *p = payer_of(l, cells[TOKEN].integer);
    if (!p || !(is_by_word(l->q) || endpoint_tells(l, p, cells[AT].integer)))
        return;
    const struct report_fact f = {
        .item = is_by_word(l->q) ? item_of_word(l, cells[WORD].text) : p->item,
        .at = cells[AT].integer,
        .spent_nano = cells[COST].integer,
        .calls = has_calls ? cells[CALLS].integer : -1,
        .source = REPORT_FROM_ENDPOINT,
    };
    report_add_fact(&l->to->report, &f);
}

static void add_use_of_feature(struct loading *l, const struct cell *cells)
{
    add_use(l, cells, true);
}

static void add_use_of_provider(struct loading *l, const struct cell *cells)
{
    add_use(l, cells, false);
}

/* What is asked, and what becomes of each row. */
static const struct feed {
    enum question question;
    size_t count;
    void (*take)(struct loading *l, const struct cell *cells);
} tokens = { QUESTION_REPORT_TOKENS, TOKEN_CELLS, add_payer },
  hours = { QUESTION_REPORT_HOURS, SUM_CELLS, add_sum },
  days = { QUESTION_REPORT_DAYS, SUM_CELLS, add_sum },
  usage = { QUESTION_REPORT_USAGE, USAGE_CELLS, add_use_of_feature },
  providers = { QUESTION_REPORT_PROVIDERS, PROVIDER_CELLS, add_use_of_provider };

/* One bucket more than the period before, for the first bucket is compared too. */
static unix_s earliest(const struct report_query *q)
{
    if (q->per == PER_TOTAL)
        return q->before.since;
    unix_s forerunner = period_start(q->per, period_start(q->per, q->during.since) - 1);
    return forerunner < q->before.since ? forerunner : q->before.since;
}

static bool ask(struct store *s, const struct feed *feed, struct loading *l, struct fault *why)
{
    const struct scope scope = { l->q->now, earliest(l->q), l->q->during.until, NULL, l->q->account };
    struct cell cells[TOKEN_CELLS];
    struct answer *a;
    bool more = true, ok = true;
    if (!archive_ask(s, feed->question, &scope, &a, why))
        return false;
    while (ok && more) {
        ok = archive_next(a, cells, feed->count, &more, why);
        if (ok && more)
            feed->take(l, cells);
    }
    archive_end(a);
    return ok;
}

static bool ask_all(struct store *s, struct loading *l, struct fault *why)
{
    const struct report_query *q = l->q;
    if (!ask(s, &tokens, l, why))
        return false;
    if (l->payer_count == 0)
        return true;
    qsort(l->payers, l->payer_count, sizeof *l->payers, compare_payers);
    if (q->by == BY_PROVIDER)
        return ask(s, &providers, l, why);
    if (q->by == BY_FEATURE)
        return ask(s, &usage, l, why);
    return ask(s, q->per == PER_HOUR ? &hours : &days, l, why) && (q->per == PER_HOUR || ask(s, &usage, l, why));
}

/* A name that only one generation bears needs no number. */
static void forget_only_generations(struct loaded_report *l)
{
    for (size_t i = 0; i < l->label_count; i++) {
        const struct report_label *before = i ? &l->labels[i - 1] : NULL;
        const struct report_label *after = i + 1 < l->label_count ? &l->labels[i + 1] : NULL;
        struct report_label *label = &l->labels[i];
        bool shared = (before && strcmp(before->name, label->name) == 0 && strcmp(before->account, label->account) == 0)
            || (after && strcmp(after->name, label->name) == 0 && strcmp(after->account, label->account) == 0);
        if (!shared && label->generation == 1)
            label->generation = 0;
    }
}

bool report_load(struct store *s, const struct report_query *q, struct loaded_report *ret, struct fault *why)
{
    struct loading l = { .q = q, .to = ret, .usage_from = TIME_NONE };
    *ret = (struct loaded_report){ 0 };
    report_init(&ret->report, q->per, &q->during, &q->before);
    bool ok = ask_all(s, &l, why) && report_finish(&ret->report, why);
    forget_only_generations(ret);
    free(l.payers);
    words_done(&l.names);
    return ok;
}

void report_unload(struct loaded_report *l)
{
    for (size_t i = 0; i < l->label_count; i++) {
        free(l->labels[i].name);
        free(l->labels[i].account);
    }
    free(l->labels);
    report_done(&l->report);
    *l = (struct loaded_report){ 0 };
}

void report_label_add(const struct report_label *l, struct text *out)
{
    text_add(out, span_of(l->name));
    if (l->generation)
        text_addf(out, " (life %" PRId64 "%s)", l->generation, l->deleted ? ", deleted" : "");
    else if (l->deleted)
        text_add(out, span_of(" (deleted)"));
}
