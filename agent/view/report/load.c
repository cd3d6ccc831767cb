/* Rows of the store become items, groups and the days of their payers; days.c makes facts of
 * these.
 *
 * Every format and every way of asking goes through here, with one period for all. */
#include <stdlib.h>

#include "base/intern.h"
#include "base/xmalloc.h"
#include "core/naming.h"
#include "view/report/days.h"
#include "view/report/labels.h"
#include "view/report/report.h"

#define NOT_ATTRIBUTED "(not attributed)"

struct report_loading {
    const struct report_query *q;
    struct loaded_report *to;
    struct report_payer *payers; /* owned; by id once all are there */
    size_t payer_count, payer_room;
    struct intern names; /* of groups in their order, unless these are tokens, whose names are not
                            theirs alone */
    unix_s usage_from;   /* the latest of all payers */
    struct after {
        int64_t token, fallen_nano;
    } * after; /* owned; by token */
    size_t after_count, after_room;
    struct report_days days;
};

struct query_filter report_scope(const struct report_query *q)
{
    return (struct query_filter){
        .now = q->now, .since = q->during.since, .until = q->during.until, .account = q->account
    };
}

/* Generations count only for names that were born again, so an only one is told apart from nothing.
 */
static size_t group_of_token(struct report_loading *l, const struct cell *cells)
{
    size_t group = report_label_new(l->to, cells[QUERY_REPORT_TOKENS_TOKEN].text);
    struct report_label *label = &l->to->labels[group];
    free(label->account);
    label->account = xstrndup(cells[QUERY_REPORT_TOKENS_ACCOUNT].text.at,
                              cells[QUERY_REPORT_TOKENS_ACCOUNT].text.len);
    label->generation = cells[QUERY_REPORT_TOKENS_GENERATION].integer;
    label->deleted = cells[QUERY_REPORT_TOKENS_IS_DELETED].integer;
    return group;
}

static struct span named_or_none(struct span part)
{
    return part.len ? part : span_of(NAMING_NONE);
}

/* The main key has no name of the convention. */
static struct span part_of(const struct report_query *q, const struct cell *cells)
{
    struct span name = cells[QUERY_REPORT_TOKENS_TOKEN].text;
    if (q->by == BY_ACCOUNT)
        return cells[QUERY_REPORT_TOKENS_ACCOUNT].text;
    if (!span_is(cells[QUERY_REPORT_TOKENS_KIND].text, "token"))
        return span_of(NAMING_NONE);
    if (q->by == BY_PROJECT)
        return named_or_none(naming_project(name));
    return q->by == BY_PURPOSE ? named_or_none(naming_purpose(name))
                               : naming_environment_or_none(name);
}

static bool is_wanted(const struct report_query *q, const struct cell *cells)
{
    struct span name = cells[QUERY_REPORT_TOKENS_TOKEN].text;
    bool is_token = span_is(cells[QUERY_REPORT_TOKENS_KIND].text, "token");
    if (q->environment && !(is_token && span_is(naming_environment_or_none(name), q->environment)))
        return false;
    return !q->token || naming_matches(q->token, name);
}

static int compare_after(const void *a, const void *b)
{
    const struct after *x = a, *y = b;
    return (x->token > y->token) - (x->token < y->token);
}

/* What a token had at the end of the report: what it has now, and what it lost since. */
static struct maybe_money left_at_end(const struct report_loading *l, const struct cell *cells)
{
    const struct after wanted = { .token = cells[QUERY_REPORT_TOKENS_ID].integer };
    const struct after *found = l->after_count
        ? bsearch(&wanted, l->after, l->after_count, sizeof *l->after, compare_after)
        : NULL;
    if (cells[QUERY_REPORT_TOKENS_BALANCE_NANO].kind != CELL_INTEGER)
        return (struct maybe_money){ .known = false };
    return money_known((struct money){ nano_add(cells[QUERY_REPORT_TOKENS_BALANCE_NANO].integer,
                                                found ? found->fallen_nano : 0) });
}

static struct report_budget budget_of(const struct report_loading *l, const struct cell *cells)
{
    const struct cell *amount = &cells[QUERY_REPORT_TOKENS_RESET_AMOUNT_NANO];
    return (struct report_budget){
        .allowance = {
            .period = calendar_period_named(cells[QUERY_REPORT_TOKENS_RESET_PERIOD].text),
            .amount_nano = amount->kind == CELL_INTEGER ? amount->integer : -1,
        },
        .left = left_at_end(l, cells),
    };
}

static void add_payer(struct report_loading *l, const struct cell *cells)
{
    if (!is_wanted(l->q, cells))
        return;
    l->payers = report_grown(l->payers, l->payer_count, &l->payer_room, sizeof *l->payers);
    struct report_payer *p = &l->payers[l->payer_count++];
    *p = (struct report_payer){
        .id = cells[QUERY_REPORT_TOKENS_ID].integer,
        .known = { cell_time(&cells[QUERY_REPORT_TOKENS_USAGE_FROM]),
                   cell_time(&cells[QUERY_REPORT_TOKENS_USAGE_AT]) },
        .known_from = cell_time(&cells[QUERY_REPORT_TOKENS_KNOWN_FROM]),
        .first_seen = cell_time(&cells[QUERY_REPORT_TOKENS_FIRST_SEEN]),
        .deleted_at = cell_time(&cells[QUERY_REPORT_TOKENS_DELETED_AT]),
        .listed = cell_time(&cells[QUERY_REPORT_TOKENS_LISTED]),
        .budgeted = cells[QUERY_REPORT_TOKENS_BUDGETED].integer != 0,
        .costs_nothing = cells[QUERY_REPORT_TOKENS_TYPE].kind == CELL_TEXT
            && type_is_free(cells[QUERY_REPORT_TOKENS_TYPE].text),
    };
    if (cells[QUERY_REPORT_TOKENS_USAGE_REASON].kind == CELL_TEXT && !l->to->usage_reason)
        l->to->usage_reason = xstrndup(cells[QUERY_REPORT_TOKENS_USAGE_REASON].text.at,
                                       cells[QUERY_REPORT_TOKENS_USAGE_REASON].text.len);
    if (p->known.usage_from > l->usage_from)
        l->usage_from = p->known.usage_from;
    if (report_by_is_word(l->q->by))
        return;
    const struct report_budget budget = budget_of(l, cells);
    size_t group = l->q->by == BY_TOKEN
        ? group_of_token(l, cells)
        : report_label_named(l->to, &l->names, part_of(l->q, cells));
    p->item = report_add_item(&l->to->report, group, p->known_from, p->budgeted ? &budget : NULL);
}

static int compare_payers(const void *a, const void *b)
{
    const struct report_payer *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static const struct report_payer *payer_of(const struct report_loading *l, int64_t id)
{
    const struct report_payer wanted = { .id = id };
    return l->payer_count
        ? bsearch(&wanted, l->payers, l->payer_count, sizeof *l->payers, compare_payers)
        : NULL;
}

/* ---- rows ---- */

#define NEW_ROW(rows)                                                                              \
    ((rows).at = report_grown((rows).at, (rows).count, &(rows).room, sizeof *(rows).at),           \
     &(rows).at[(rows).count++])

static void take_day(struct report_loading *l, const struct cell *cells)
{
    const struct report_payer *p = payer_of(l, cells[QUERY_REPORT_DAYS_TOKEN].integer);
    if (p)
        *NEW_ROW(l->days.days) = (struct sum_row){ p,
                                                   cells[QUERY_REPORT_DAYS_DAY].integer,
                                                   cells[QUERY_REPORT_DAYS_SPENT_NANO].integer,
                                                   cells[QUERY_REPORT_DAYS_USAGE_NANO].integer,
                                                   cells[QUERY_REPORT_DAYS_TOPUP_NANO].integer,
                                                   cells[QUERY_REPORT_DAYS_RESET_NANO].integer };
}

static void take_hour(struct report_loading *l, const struct cell *cells)
{
    const struct report_payer *p = payer_of(l, cells[QUERY_REPORT_HOURS_TOKEN].integer);
    if (p)
        *NEW_ROW(l->days.hours) = (struct sum_row){ p,
                                                    cells[QUERY_REPORT_HOURS_HOUR].integer,
                                                    cells[QUERY_REPORT_HOURS_SPENT_NANO].integer,
                                                    cells[QUERY_REPORT_HOURS_USAGE_NANO].integer,
                                                    cells[QUERY_REPORT_HOURS_TOPUP_NANO].integer,
                                                    cells[QUERY_REPORT_HOURS_RESET_NANO].integer };
}

/* An item of its own for each word: its group may have many, and calls are told of a feature only.
 */
static size_t item_named(struct report_loading *l, struct span word)
{
    size_t before = l->to->label_count, group = report_label_named(l->to, &l->names, word);
    if (group == before)
        report_add_item(&l->to->report, group, l->usage_from, NULL);
    return group;
}

static void take_feature(struct report_loading *l, const struct cell *cells)
{
    const struct report_payer *p = payer_of(l, cells[QUERY_REPORT_USAGE_TOKEN].integer);
    size_t item =
        p && l->q->by == BY_FEATURE ? item_named(l, cells[QUERY_REPORT_USAGE_FEATURE].text) : 0;
    if (p)
        *NEW_ROW(l->days.uses) = (struct use_row){ p, cells[QUERY_REPORT_USAGE_DAY].integer, item,
                                                   cells[QUERY_REPORT_USAGE_COST_NANO].integer,
                                                   cells[QUERY_REPORT_USAGE_CALLS].integer };
}

static void take_provider(struct report_loading *l, const struct cell *cells)
{
    const struct report_payer *p = payer_of(l, cells[QUERY_REPORT_PROVIDERS_TOKEN].integer);
    if (p)
        *NEW_ROW(l->days.providers) =
            (struct use_row){ p, cells[QUERY_REPORT_PROVIDERS_DAY].integer,
                              item_named(l, cells[QUERY_REPORT_PROVIDERS_PROVIDER].text),
                              cells[QUERY_REPORT_PROVIDERS_COST_NANO].integer, 0 };
}

static void take_gap(struct report_loading *l, const struct cell *cells)
{
    const struct report_payer *p = payer_of(l, cells[QUERY_REPORT_GAPS_TOKEN].integer);
    const struct entry e = { ENTRY_CONSUMPTION,
                             { cells[QUERY_REPORT_GAPS_AMOUNT_NANO].integer },
                             cells[QUERY_REPORT_GAPS_SINCE].integer,
                             cells[QUERY_REPORT_GAPS_UNTIL].integer };
    if (p)
        *NEW_ROW(l->days.gaps) = (struct gap_row){ p, e };
}

static void take_unread(struct report_loading *l, const struct cell *cells)
{
    *NEW_ROW(l->days.unread) = (struct unread_row){ cells[QUERY_REPORT_UNREAD_TOKEN].integer,
                                                    cells[QUERY_REPORT_UNREAD_DAY].integer };
}

static void take_after(struct report_loading *l, const struct cell *cells)
{
    l->after = report_grown(l->after, l->after_count, &l->after_room, sizeof *l->after);
    l->after[l->after_count++] = (struct after){ cells[QUERY_REPORT_AFTER_TOKEN].integer,
                                                 cells[QUERY_REPORT_AFTER_FALLEN_NANO].integer };
}

/* What is asked, and what becomes of each row. */
static const struct feed {
    enum query query;
    size_t count;
    void (*take)(struct report_loading *l, const struct cell *cells);
} fallen = { QUERY_REPORT_AFTER, QUERY_REPORT_AFTER_COLUMNS, take_after },
  tokens = { QUERY_REPORT_TOKENS, QUERY_REPORT_TOKENS_COLUMNS, add_payer },
  hours = { QUERY_REPORT_HOURS, QUERY_REPORT_HOURS_COLUMNS, take_hour },
  others[] = {
      { QUERY_REPORT_DAYS, QUERY_REPORT_DAYS_COLUMNS, take_day },
      { QUERY_REPORT_USAGE, QUERY_REPORT_USAGE_COLUMNS, take_feature },
      { QUERY_REPORT_GAPS, QUERY_REPORT_GAPS_COLUMNS, take_gap },
      { QUERY_REPORT_UNREAD, QUERY_REPORT_UNREAD_COLUMNS, take_unread },
  },
  providers = { QUERY_REPORT_PROVIDERS, QUERY_REPORT_PROVIDERS_COLUMNS, take_provider };

static bool ask(struct store *s, const struct feed *feed, struct report_loading *l,
                struct period during, struct fault *why)
{
    const struct query_filter scope = {
        .now = l->q->now, .since = during.since, .until = during.until, .account = l->q->account
    };
    struct cell cells[QUERY_REPORT_TOKENS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(s, feed->query, &scope, &a, why))
        return false;
    while (ok && more) {
        ok = query_next(a, cells, feed->count, &more, why);
        if (ok && more)
            feed->take(l, cells);
    }
    query_close(a);
    return ok;
}

static int compare_sums(const void *a, const void *b)
{
    const struct sum_row *x = a, *y = b;
    if (x->payer != y->payer)
        return x->payer->id < y->payer->id ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Hours of whole days: of all of them when hours are asked for, else of those that the two periods
 * cut. */
static bool ask_hours(struct store *s, struct report_loading *l, struct fault *why)
{
    const struct report_query *q = l->q;
    const unix_s ends[] = { q->before.since, q->before.until, q->during.since,
                            q->during.until <= q->now ? q->during.until : q->during.since };
    if (q->per == PER_HOUR)
        return ask(s, &hours, l,
                   (struct period){ l->to->report.first_day,
                                    period_start(PER_DAY, q->during.until - 1) + DAY_S },
                   why);
    for (size_t i = 0; i < COUNT(ends); i++) {
        unix_s day = period_start(PER_DAY, ends[i]);
        bool is_asked = day == ends[i];
        for (size_t k = 0; k < i; k++)
            is_asked |= period_start(PER_DAY, ends[k]) == day && ends[k] != day;
        if (!is_asked && !ask(s, &hours, l, (struct period){ day, day + DAY_S }, why))
            return false;
    }
    if (l->days.hours.count)
        qsort(l->days.hours.at, l->days.hours.count, sizeof *l->days.hours.at, compare_sums);
    return true;
}

static bool ask_all(struct store *s, struct report_loading *l, struct fault *why)
{
    const struct report_query *q = l->q;
    const struct period all = { l->to->report.first_day, q->during.until };
    if (q->during.until <= q->now && !ask(s, &fallen, l, all, why))
        return false;
    if (!ask(s, &tokens, l, all, why))
        return false;
    if (l->payer_count == 0)
        return true;
    qsort(l->payers, l->payer_count, sizeof *l->payers, compare_payers);
    if (report_by_is_word(q->by))
        l->days.rest_item = item_named(l, span_of(NOT_ATTRIBUTED));
    for (size_t i = 0; i < COUNT(others); i++)
        if (!ask(s, &others[i], l, all, why))
            return false;
    return (q->by != BY_PROVIDER || ask(s, &providers, l, all, why)) && ask_hours(s, l, why);
}

static void count_shared(struct report_loading *l)
{
    const struct report *r = &l->to->report;
    for (unix_s day = r->first_day; day < r->during.until; day += DAY_S)
        l->to->shared_days +=
            l->days.is_shared[(day - r->first_day) / DAY_S] && day + DAY_S > r->during.since;
}

bool report_load(struct store *s, const struct report_query *q, struct loaded_report *ret,
                 struct fault *why)
{
    struct report_loading l = { .q = q, .to = ret, .usage_from = TIME_NONE };
    *ret = (struct loaded_report){ 0 };
    report_init(&ret->report, q->per, &q->during, &q->before);
    ret->report.now = q->now;
    l.days = (struct report_days){ .q = q, .report = &ret->report, .found = &ret->gaps };
    bool ok = ask_all(s, &l, why);
    if (ok) {
        report_days_add(&l.days, l.payers, l.payer_count);
        count_shared(&l);
        ok = report_finish(&ret->report, why);
    }
    report_labels_finish(ret);
    report_days_done(&l.days);
    free(l.payers);
    free(l.after);
    intern_done(&l.names);
    return ok;
}
