/* All tokens of an account say since when it is watched, also those that are not asked about. */
#include "view/report/payers.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/naming.h"
#include "view/report/labels.h"

enum { LOADED_A_STEP = 400, SORTED_A_STEP = 5000, GROUPED_A_STEP = 1000 };

struct payer_name {
    char *token;    /* owned */
    char *member;   /* owned; "": nobody's */
    size_t account; /* its place */
    int64_t generation;
    bool deleted, is_token;
    struct report_budget budget;
    const struct report_payers *of; /* for whoever compares two */
};

struct payer_account {
    int64_t id;
    char *name; /* owned */
    unix_s first, listed;
};

/* ---- loading ---- */

static bool is_wanted(const struct report_query *q, const struct cell *cells)
{
    struct span name = cells[QUERY_REPORT_TOKENS_TOKEN].text;
    bool is_token = span_is(cells[QUERY_REPORT_TOKENS_KIND].text, "token");
    if (span_is(cells[QUERY_REPORT_TOKENS_KIND].text, "credits"))
        return false;
    if (q->environment && !(is_token && span_is(naming_environment_or_none(name), q->environment)))
        return false;
    return !q->token || naming_matches(q->token, name);
}

/* The place of the account, and what this token says of it. */
static size_t see_account(struct report_payers *p, const struct cell *cells)
{
    int64_t id = cells[QUERY_REPORT_TOKENS_ACCOUNT_ID].integer;
    unix_s first_seen = cell_time(&cells[QUERY_REPORT_TOKENS_FIRST_SEEN]);
    size_t place = p->account_count;
    while (place > 0 && p->accounts[place - 1].id != id)
        place--;
    if (place == 0) {
        const struct span name = cells[QUERY_REPORT_TOKENS_ACCOUNT].text;
        p->accounts = xrealloc(p->accounts, p->account_count + 1, sizeof *p->accounts);
        p->accounts[p->account_count++] =
            (struct payer_account){ id, xstrndup(name.at, name.len), TIME_NONE, TIME_NONE };
        place = p->account_count;
    }
    struct payer_account *a = &p->accounts[place - 1];
    a->first = time_first(a->first, first_seen);
    if (cell_is_set(&cells[QUERY_REPORT_TOKENS_IS_LISTED]))
        a->listed = time_first(a->listed, first_seen);
    return place - 1;
}

static struct report_budget budget_of(const struct cell *cells)
{
    const struct cell *amount = &cells[QUERY_REPORT_TOKENS_RESET_AMOUNT_NANO];
    return (struct report_budget){
        .allowance = {
            .period = calendar_period_named(cells[QUERY_REPORT_TOKENS_RESET_PERIOD].text),
            .amount_nano = amount->kind == CELL_INTEGER ? amount->integer : -1,
        },
        .left = cell_money(&cells[QUERY_REPORT_TOKENS_BALANCE_NANO]),
    };
}

static void add_payer(struct report_payers *p, const struct cell *cells, size_t account)
{
    const struct span name = cells[QUERY_REPORT_TOKENS_TOKEN].text;
    const struct cell *member = &cells[QUERY_REPORT_TOKENS_MEMBER];
    const struct span owner = member->kind == CELL_TEXT ? member->text : span_of("");
    p->at = xgrown(p->at, p->count, &p->room, sizeof *p->at);
    p->names = xgrown(p->names, p->count, &p->name_room, sizeof *p->names);
    p->at[p->count] = (struct report_payer){
        .id = cells[QUERY_REPORT_TOKENS_ID].integer,
        .known = { cell_time(&cells[QUERY_REPORT_TOKENS_USAGE_FROM]),
                   cell_time(&cells[QUERY_REPORT_TOKENS_USAGE_AT]) },
        .first_seen = cell_time(&cells[QUERY_REPORT_TOKENS_FIRST_SEEN]),
        .deleted_at = cell_time(&cells[QUERY_REPORT_TOKENS_DELETED_AT]),
        .budgeted = cells[QUERY_REPORT_TOKENS_BUDGETED].integer != 0,
        .costs_nothing = cells[QUERY_REPORT_TOKENS_TYPE].kind == CELL_TEXT
            && type_is_free(cells[QUERY_REPORT_TOKENS_TYPE].text),
        .left = cell_money(&cells[QUERY_REPORT_TOKENS_BALANCE_NANO]),
    };
    p->names[p->count++] = (struct payer_name){
        .token = xstrndup(name.at, name.len),
        .member = xstrndup(owner.at, owner.len),
        .account = account,
        .generation = cells[QUERY_REPORT_TOKENS_GENERATION].integer,
        .deleted = cells[QUERY_REPORT_TOKENS_IS_DELETED].integer,
        .is_token = span_is(cells[QUERY_REPORT_TOKENS_KIND].text, "token"),
        .budget = budget_of(cells),
        .of = p,
    };
}

static void take(struct report_payers *p, struct loaded_report *to, const struct cell *cells)
{
    const struct cell *reason = &cells[QUERY_REPORT_TOKENS_USAGE_REASON];
    unix_s usage_from = cell_time(&cells[QUERY_REPORT_TOKENS_USAGE_FROM]);
    size_t account = see_account(p, cells);
    p->last_id = cells[QUERY_REPORT_TOKENS_ID].integer;
    if (!is_wanted(p->q, cells))
        return;
    add_payer(p, cells, account);
    if (reason->kind == CELL_TEXT && !to->usage_reason)
        to->usage_reason = xstrndup(reason->text.at, reason->text.len);
    if (usage_from > p->usage_from)
        p->usage_from = usage_from;
}

static void begin_sorting(struct report_payers *p);

bool report_payers_load(struct report_payers *p, struct store *s, struct loaded_report *to,
                        bool *ret_more, struct fault *why)
{
    struct query_filter scope = query_at(p->q->now, p->q->account);
    struct cell cells[QUERY_REPORT_TOKENS_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    size_t rows = 0;
    scope.after = p->last_id;
    scope.most = LOADED_A_STEP;
    if (!query_open(s, QUERY_REPORT_TOKENS, &scope, &a, why))
        return false;
    while (ok && (ok = query_next(a, cells, COUNT(cells), &more, why)) && more) {
        take(p, to, cells);
        rows++;
    }
    query_close(a);
    *ret_more = rows == LOADED_A_STEP;
    if (ok && !*ret_more)
        begin_sorting(p);
    return ok;
}

/* ---- the order ---- */

static int compare_names(const void *a, const void *b)
{
    const struct payer_name *x = *(const struct payer_name *const *)a;
    const struct payer_name *y = *(const struct payer_name *const *)b;
    int order = x->account == y->account
        ? 0
        : strcmp(x->of->accounts[x->account].name, y->of->accounts[y->account].name);
    order = order ? order : strcmp(x->token, y->token);
    return order ? order : (x->generation > y->generation) - (x->generation < y->generation);
}

static void begin_sorting(struct report_payers *p)
{
    p->order = xcalloc(p->count + 1, sizeof *p->order);
    for (size_t i = 0; i < p->count; i++)
        p->order[i] = &p->names[i];
    sorting_begin(&p->sorting, p->order, p->count, sizeof *p->order, compare_names);
}

bool report_payers_sort(struct report_payers *p)
{
    if (sorting_step(&p->sorting, SORTED_A_STEP))
        return true;
    sorting_done(&p->sorting);
    return false;
}

/* ---- groups ---- */

/* Generations count only for names that were born again, so an only one is told apart from nothing.
 */
static size_t group_of_token(const struct report_payers *p, const struct payer_name *n,
                             struct loaded_report *to)
{
    size_t group = report_label_new(to, span_of(n->token));
    struct report_label *label = &to->labels[group];
    free(label->account);
    label->account = xstrdup(p->accounts[n->account].name);
    label->generation = n->generation;
    label->deleted = n->deleted;
    return group;
}

static struct span named_or_none(struct span part)
{
    return part.len ? part : span_of(NAMING_NONE);
}

/* The main key has no name of the convention. */
static struct span part_of(const struct report_payers *p, const struct payer_name *n)
{
    struct span name = span_of(n->token);
    enum report_by by = p->q->by;
    if (by == BY_ACCOUNT)
        return span_of(p->accounts[n->account].name);
    if (!n->is_token)
        return span_of(NAMING_NONE);
    if (by == BY_MEMBER)
        return named_or_none(span_of(n->member));
    if (by == BY_PROJECT)
        return named_or_none(naming_project(name));
    return by == BY_PURPOSE ? named_or_none(naming_purpose(name))
                            : naming_environment_or_none(name);
}

static void group_one(struct report_payers *p, const struct payer_name *n, struct loaded_report *to,
                      struct intern *names)
{
    struct report_payer *payer = &p->at[n - p->names];
    const struct payer_account *a = &p->accounts[n->account];
    payer->known_from = time_first(payer->known.usage_from, a->first);
    payer->listed = a->listed;
    if (report_by_is_word(p->q->by))
        return;
    size_t group = p->q->by == BY_TOKEN ? group_of_token(p, n, to)
                                        : report_label_named(to, names, part_of(p, n));
    payer->item =
        report_add_item(&to->report, group, payer->known_from, payer->budgeted ? &n->budget : NULL);
}

bool report_payers_group(struct report_payers *p, struct loaded_report *to, struct intern *names)
{
    for (size_t i = 0; i < GROUPED_A_STEP && p->grouped < p->count; i++)
        group_one(p, p->order[p->grouped++], to, names);
    return p->grouped < p->count;
}

void report_payers_done(struct report_payers *p)
{
    sorting_done(&p->sorting);
    for (size_t i = 0; i < p->count; i++) {
        free(p->names[i].token);
        free(p->names[i].member);
    }
    for (size_t i = 0; i < p->account_count; i++)
        free(p->accounts[i].name);
    free(p->at);
    free(p->names);
    free(p->accounts);
    free(p->order);
}
