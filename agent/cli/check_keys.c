/* Known tokens come from the store, if there is one; matching is that of a poll (api/settle.c). */
#include "cli/check_keys.h"

#include <inttypes.h>
#include <unistd.h>

#include "api/blocking.h"
#include "api/matched.h"
#include "base/own.h"
#include "cli/command.h"
#include "edge/store.h"
#include "provider/provider.h"
#include "view/table.h"

/* ---- what is known ---- */

static const char *text_of(const struct cell *c, const char *none)
{
    return c->kind == CELL_TEXT ? c->text.at : none; /* terminated, as SQLite has it */
}

static void take_known(const struct cell *cells, struct token_set *known)
{
    const char *name = text_of(&cells[QUERY_IDENTITIES_TOKEN], "");
    const struct identity is = {
        .id = text_of(&cells[QUERY_IDENTITIES_IDENTITY], ""),
        .name = text_of(&cells[QUERY_IDENTITIES_CALLED], name),
        .member = text_of(&cells[QUERY_IDENTITIES_MEMBER], ""),
        .masked = text_of(&cells[QUERY_IDENTITIES_MASKED], ""),
    };
    if (!token_set_find(known, span_of(identity_key(&is))))
        token_set_add_as(known, &is, name);
}

/* `ret_listed`: how many elements its list has, with those that are revoked. */
static bool load_known(struct store *s, const char *account, struct token_set *known,
                       int64_t *ret_listed, struct fault *why)
{
    const struct query_filter scope = query_at(TIME_NONE, account);
    struct cell cells[QUERY_IDENTITIES_COLUMNS];
    struct query_result *a;
    bool more = true, ok = true;
    *ret_listed = 0;
    if (!query_open(s, QUERY_IDENTITIES, &scope, &a, why))
        return false;
    while (ok && (ok = query_next(a, cells, COUNT(cells), &more, why)) && more) {
        ++*ret_listed;
        if (cell_is_set(&cells[QUERY_IDENTITIES_IS_LIVING]))
            take_known(cells, known);
    }
    query_close(a);
    return ok;
}

/* Without a store, or with one of an older version, nothing is known. */
static struct store *open_store(const struct settings *s)
{
    struct store *store = NULL;
    struct fault why;
    if (access(s->store, F_OK) == 0 && !store_open(s->store, STORE_READ, &store, &why))
        complain(EXIT_OK, "warning: known tokens are not considered: %s", why.text);
    return store;
}

/* ---- how many calls that takes ---- */

static int64_t rounded_up(int64_t amount, int64_t by)
{
    return (amount + by - 1) / by;
}

static void warn_of_calls(const struct account_settings *account, int64_t listed, int64_t calls)
{
    char given[DURATION_TEXT_BYTES], fits[DURATION_TEXT_BYTES];
    int64_t least_s = rounded_up(calls * 1000, account->calls_milli_per_s);
    int64_t least_milli = rounded_up(calls * 1000, account->interval_s);
    complain(EXIT_OK,
             "warning: account \"%s\": %" PRId64 " keys are %" PRId64 " calls a poll, more than "
             "calls_per_second %" PRId64 ".%03" PRId64 " allows in the interval of %s: use an "
             "interval of %s, or calls_per_second %" PRId64 ".%03" PRId64,
             account->name, listed, calls, account->calls_milli_per_s / 1000,
             account->calls_milli_per_s % 1000, duration_format(account->interval_s, given),
             duration_format(rounded_up(least_s, MINUTE_S) * MINUTE_S, fits), least_milli / 1000,
             least_milli % 1000);
}

static void check_account_calls(const struct account_settings *account, int64_t listed)
{
    int64_t a_page = provider_of(account)->page_elements;
    int64_t pages = a_page ? rounded_up(listed, a_page) : 1;
    int64_t calls = pages - 1 + RATE_LIMIT_POLL_CALLS;
    if (pages > 1 && calls * 1000 > account->interval_s * account->calls_milli_per_s)
        warn_of_calls(account, listed, calls);
}

static bool any_pages(const struct settings *s)
{
    for (size_t i = 0; i < s->account_count; i++)
        if (provider_of(&s->accounts[i])->page_elements)
            return true;
    return false;
}

void check_calls(const struct settings *s)
{
    struct store *store = any_pages(s) ? open_store(s) : NULL;
    struct fault why;
    for (size_t i = 0; store && i < s->account_count; i++) {
        struct token_set known = { 0 };
        int64_t listed;
        if (load_known(store, s->accounts[i].name, &known, &listed, &why))
            check_account_calls(&s->accounts[i], listed);
        else
            complain(EXIT_OK, "warning: %s", why.text);
        token_set_done(&known);
    }
    store_close(store);
}

/* ---- who is who ---- */

enum { ACCOUNT, TOKEN, KEY, WHAT, COLUMNS };

static const struct column columns[] = {
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [TOKEN] = { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    [KEY] = { "key", "KEY", COLUMN_TEXT, 0 },
    [WHAT] = { "what", "WHAT HAPPENS", COLUMN_TEXT, COLUMN_PROSE },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

struct matching {
    const char *account;
    struct table *table;
};

static void add_row(const struct matching *m, const struct token *t, const char *what)
{
    const struct cell cells[COLUMNS] = {
        [ACCOUNT] = cell_text(m->account),
        [TOKEN] = cell_text(t->name),
        [KEY] = cell_text(token_key(t)),
        [WHAT] = cell_text(what),
    };
    table_row(m->table, cells);
}

static const char *const what_happens[] = {
    [MATCH_SAME] = "a known token, as before",
    [MATCH_GOT_ID] = "a known token, from now on by its id",
    [MATCH_RENAMED] = "a known token, renamed",
    [MATCH_RESHOWN] = "a known token, shown differently",
    [MATCH_REVOKED] = "revoked: ends, with its history",
    [MATCH_ABSENT] = "not in the list",
};
_Static_assert(COUNT(what_happens) == MATCHES, "a match has no words");

static bool changes_names(enum match match)
{
    return match == MATCH_GOT_ID || match == MATCH_RENAMED || match == MATCH_RESHOWN;
}

/* Who is renamed comes first, by what it is from now on. */
static void show_matching(const struct matching *m, const struct poll *p)
{
    own_free enum match *matches = matched(p);
    for (size_t i = 0; i < p->renaming_count; i++) {
        enum match match = matches[matched_place(p, p->renamings[i].token)];
        if (changes_names(match))
            add_row(m, &p->renamings[i].is, what_happens[match]);
    }
    for (size_t i = 0; i < p->known->count; i++)
        if (!changes_names(matches[i]))
            add_row(m, &p->known->tokens[i], what_happens[matches[i]]);
    for (size_t i = 0; i < p->fresh.count; i++)
        add_row(m, &p->fresh.tokens[i], "new");
}

static bool match_account(struct store *store, const struct account_settings *account,
                          struct table *t, struct fault *why)
{
    const struct matching m = { account->name, t };
    struct token_set known = { 0 };
    struct blocking b;
    struct poll *p = NULL;
    int64_t listed;
    if ((store && !load_known(store, account->name, &known, &listed, why))
        || !blocking_open(&b, account, why)) {
        token_set_done(&known);
        return false;
    }
    known.freed = true;
    bool ok = blocking_list(&b, &known, &p, why);
    if (ok)
        show_matching(&m, p);
    poll_free(p);
    blocking_close(&b);
    token_set_done(&known);
    return ok;
}

bool check_match(const struct settings *s, struct writer *out)
{
    struct store *store = open_store(s);
    struct table *t = table_begin(out, columns, COLUMNS);
    bool all = true;
    for (size_t i = 0; i < s->account_count; i++) {
        struct fault why;
        bool ok = match_account(store, &s->accounts[i], t, &why);
        if (!ok)
            complain(EXIT_FAILED, "account \"%s\": %s", s->accounts[i].name, why.text);
        all &= ok;
    }
    table_end(t);
    store_close(store);
    return all;
}
