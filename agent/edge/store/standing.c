/* What stands between runs beside tokens and polls: the account as what alerts are about, how well
 * it can be read, the rules that it was judged by, and accounts that are no longer configured. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"

bool store_find_self(struct store *s, int64_t account, struct token *t, struct fault *why)
{
    struct statement *q = s->queries[SQL_FIND_SELF];
    bool row;
    statement_bind_integer(q, ":account", account);
    bool ok = statement_step(q, &row, why);
    if (ok && row)
        t->id = statement_integer(q, FIND_SELF_ID);
    statement_reset(q);
    return ok;
}

bool store_load_sight(struct store *s, int64_t account, struct sight *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_SIGHT];
    bool row;
    statement_bind_integer(q, ":account", account);
    bool ok = statement_step(q, &row, why);
    if (ok && row) {
        ret->failing_since = column_time(q, LOAD_SIGHT_FAILING_SINCE);
        ret->dry_at = column_time(q, LOAD_SIGHT_DRY_AT);
        ret->dry_token = statement_integer(q, LOAD_SIGHT_DRY_TOKEN);
    }
    statement_reset(q);
    return ok;
}

bool store_put_sight(struct store *s, int64_t account, const struct sight *sight, struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_SIGHT];
    statement_bind_integer(q, ":account", account);
    bind_time(q, ":failing_since", sight->failing_since);
    bind_time(q, ":dry_at", sight->dry_at);
    if (sight->dry_at != TIME_NONE)
        statement_bind_integer(q, ":dry_token", sight->dry_token);
    return statement_run(q, why);
}

bool store_rule_is_known(struct store *s, int64_t account, const char *rule, const char *terms,
                         bool *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_FIND_RULE];
    int64_t found = 0;
    statement_bind_integer(q, ":account", account);
    statement_bind_text(q, ":rule", span_of(rule));
    statement_bind_text(q, ":terms", span_of(terms));
    if (!statement_ask(q, 0, &found, why))
        return false;
    *ret = found != 0;
    return true;
}

bool store_forget_rules(struct store *s, int64_t account, struct fault *why)
{
    struct statement *q = s->queries[SQL_FORGET_RULES];
    statement_bind_integer(q, ":account", account);
    return statement_run(q, why);
}

bool store_know_rule(struct store *s, int64_t account, const char *rule, const char *terms,
                     struct fault *why)
{
    struct statement *q = s->queries[SQL_KNOW_RULE];
    statement_bind_integer(q, ":account", account);
    statement_bind_text(q, ":rule", span_of(rule));
    statement_bind_text(q, ":terms", span_of(terms));
    return statement_run(q, why);
}

/* ---- accounts that are configured no more ---- */

void account_names_done(struct account_names *n)
{
    free(n->at);
    *n = (struct account_names){ 0 };
}

bool store_accounts(struct store *s, struct account_names *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_ACCOUNTS];
    struct account_names n = { 0 };
    bool row, ok;
    while ((ok = statement_step(q, &row, why)) && row) {
        n.at = xrealloc(n.at, n.count + 1, sizeof *n.at);
        struct account_name *added = &n.at[n.count++];
        added->id = statement_integer(q, LOAD_ACCOUNTS_ID);
        snprintf(added->name, sizeof added->name, "%s", statement_text(q, LOAD_ACCOUNTS_NAME).at);
    }
    statement_reset(q);
    if (!ok) {
        account_names_done(&n);
        return false;
    }
    *ret = n;
    return true;
}

bool store_remove_account(struct store *s, int64_t account, unix_s at, struct fault *why)
{
    struct statement *q = s->queries[SQL_REMOVE_ACCOUNT];
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":at", at);
    return statement_run(q, why);
}
