/* Rows of the store turned into what the checks ask for. */
#include "view/audit_facts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "edge/store.h"

static struct reading reading_of(const struct cell *cells)
{
    struct reading r = {
        .name = xstrndup(cells[QUERY_AUDIT_TOKEN].text.at, cells[QUERY_AUDIT_TOKEN].text.len),
        .balance = cell_money(&cells[QUERY_AUDIT_BALANCE_NANO]),
        .budgeted = cell_is_set(&cells[QUERY_AUDIT_BUDGETED]),
        .expires = cell_time(&cells[QUERY_AUDIT_EXPIRES_AT]),
        .reset_amount = cell_money(&cells[QUERY_AUDIT_RESET_AMOUNT_NANO]),
    };
    if (cells[QUERY_AUDIT_RESET_PERIOD].kind == CELL_TEXT)
        r.period = calendar_period_named(cells[QUERY_AUDIT_RESET_PERIOD].text);
    if (cells[QUERY_AUDIT_TYPE].kind == CELL_TEXT)
        snprintf(r.type, sizeof r.type, "%.*s", (int)cells[QUERY_AUDIT_TYPE].text.len,
                 cells[QUERY_AUDIT_TYPE].text.at);
    return r;
}

/* A balance shows use from the first reading on, the usage endpoint for the days it was asked
 * about. Proof of use before the first reading proves that the token existed before; nothing else
 * does. */
static void set_watch(struct audit_token *t, const struct cell *cells)
{
    unix_s usage_from = cell_time(&cells[QUERY_AUDIT_USAGE_FROM]),
           usage_to = cell_time(&cells[QUERY_AUDIT_USAGE_AT]);
    bool usage = usage_from != TIME_NONE && usage_to != TIME_NONE;
    t->watched_from = t->first_seen;
    t->watched_to = t->reading.budgeted ? cell_time(&cells[QUERY_AUDIT_LAST_OK_AT])
        : usage                         ? usage_to
                                        : TIME_NONE;
    if (usage && t->used_at != TIME_NONE && usage_from < t->first_seen)
        t->watched_from = usage_from;
    if (usage && !t->reading.budgeted && usage_from > t->watched_from)
        t->watched_from = usage_from;
}

static struct audit_token token_of(const struct cell *cells)
{
    struct audit_token t = {
        .reading = reading_of(cells),
        .missing = cell_is_set(&cells[QUERY_AUDIT_MISSING]),
        .unreadable = cells[QUERY_AUDIT_UNREADABLE].kind == CELL_TEXT,
        .born = cell_is_set(&cells[QUERY_AUDIT_BORN]),
        .first_seen = cell_time(&cells[QUERY_AUDIT_FIRST_SEEN]),
        .used_at = cell_time(&cells[QUERY_AUDIT_USED_AT]),
        .spent_30d = cell_money(&cells[QUERY_AUDIT_SPENT_NANO]),
    };
    set_watch(&t, cells);
    return t;
}

static struct audit_account *account_named(const struct audit_facts *f, struct span name)
{
    for (size_t i = 0; i < f->count; i++)
        if (span_is(name, f->accounts[i].name))
            return &f->accounts[i];
    return NULL;
}

static void add_token(struct audit_account *a, const struct cell *cells)
{
    struct audit_token *tokens =
        (struct audit_token *)(uintptr_t)a->tokens; /* not handed out yet */
    if ((a->token_count & (a->token_count - 1)) == 0)
        a->tokens = tokens =
            xrealloc(tokens, a->token_count ? a->token_count * 2 : 1, sizeof *tokens);
    tokens[a->token_count++] = token_of(cells);
}

/* Accounts no longer in the configuration are left out. */
static void take_row(struct audit_facts *f, const struct cell *cells)
{
    struct audit_account *a = account_named(f, cells[QUERY_AUDIT_ACCOUNT].text);
    if (!a)
        return;
    a->seen_at = cell_time(&cells[QUERY_AUDIT_LAST_OK_AT]);
    a->stale_after_s = cells[QUERY_AUDIT_STALE_S].integer;
    a->credits = cell_money(&cells[QUERY_AUDIT_CREDITS_NANO]);
    a->credits_source = credits_source_named(cells[QUERY_AUDIT_CREDITS_SOURCE].text);
    if (cells[QUERY_AUDIT_TOKEN].kind == CELL_TEXT)
        add_token(a, cells);
}

static struct audit_account account_of(const struct account_settings *s, const char *only)
{
    return (struct audit_account){
        .name = s->name,
        .seen_at = TIME_NONE,
        .only = only,
    };
}

static void take_accounts(const struct audit_query *q, struct audit_facts *f)
{
    f->accounts = xcalloc(q->settings->account_count, sizeof *f->accounts);
    for (size_t i = 0; i < q->settings->account_count; i++)
        if (!q->account || strcmp(q->account, q->settings->accounts[i].name) == 0)
            f->accounts[f->count++] = account_of(&q->settings->accounts[i], q->only);
}

static bool take_rows(struct store *store, const struct audit_query *q, struct audit_facts *f,
                      struct fault *why)
{
    const struct query_filter scope = query_at(q->now, q->account);
    struct cell cells[QUERY_AUDIT_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    if (!query_open(store, QUERY_AUDIT, &scope, &a, why))
        return false;
    while (ok && (ok = query_next(a, cells, QUERY_AUDIT_COLUMNS, &more, why)) && more)
        take_row(f, cells);
    query_close(a);
    return ok;
}

static bool has_account(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->account_count; i++)
        if (strcmp(s->accounts[i].name, name) == 0)
            return true;
    return false;
}

/* The file names its account, unless there is only one. */
static bool take_fleet(const struct audit_query *q, struct audit_facts *f, struct fault *why)
{
    if (!token_file_load(q->fleet, q->limits, &f->fleet, &f->diagnostics, why)) {
        why->kind = FAULT_REJECT;
        return false;
    }
    const char *name = f->fleet->account;
    if (!*name && q->settings->account_count > 1)
        return fault(why, FAULT_REJECT,
                     "%s: which `account` is it about? The configuration has several", q->fleet);
    if (!*name)
        name = q->settings->accounts[0].name;
    if (!has_account(q->settings, name))
        return fault(why, FAULT_REJECT, "%s: the configuration has no account \"%s\"", q->fleet,
                     name);
    struct audit_account *a = account_named(f, span_of(name));
    if (a) {
        a->fleet = q->fleet;
        a->wanted = f->fleet->tokens;
        a->wanted_count = f->fleet->token_count;
    }
    return true;
}

bool audit_facts_load(struct store *store, const struct audit_query *q, struct audit_facts *ret,
                      struct fault *why)
{
    *ret = (struct audit_facts){ 0 };
    take_accounts(q, ret);
    return take_rows(store, q, ret, why) && (!q->fleet || take_fleet(q, ret, why));
}

void audit_facts_done(struct audit_facts *f)
{
    for (size_t i = 0; i < f->count; i++) {
        for (size_t j = 0; j < f->accounts[i].token_count; j++)
            free((char *)(uintptr_t)f->accounts[i].tokens[j].reading.name);
        free((struct audit_token *)(uintptr_t)f->accounts[i].tokens);
    }
    free(f->accounts);
    token_file_free(f->fleet);
    text_done(&f->diagnostics);
    *f = (struct audit_facts){ 0 };
}
