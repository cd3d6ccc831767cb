/* Rows of the store, straight into a table. */
#include "cli/ask.h"

#include <stdio.h>

enum table_format ask_format(const struct option_value *format, const struct option_value *json)
{
    return json->given ? TABLE_JSON : (enum table_format)format->number;
}

unix_s ask_time(const struct option_value *value)
{
    return value->text ? value->number : TIME_NONE;
}

bool ask_account(struct store *s, const char *account, struct fault *why)
{
    const struct query_filter scope = { TIME_NONE, TIME_NONE, TIME_NONE, NULL, account };
    struct cell name;
    struct query_result *a;
    bool found;
    if (!account)
        return true;
    if (!query_open(s, QUERY_ACCOUNTS, &scope, &a, why))
        return false;
    bool ok = query_next(a, &name, 1, &found, why);
    query_close(a);
    if (ok && !found)
        return fault(why, FAULT_REJECT, "no data for account \"%s\": see `ebb status`", account);
    return ok;
}

bool ask_rows(struct store *s, enum query query, const struct query_filter *scope, struct table *t,
              size_t *ret_rows, struct fault *why)
{
    struct cell cells[COLUMNS_MAX];
    struct query_result *a;
    bool more = true, ok = true;
    size_t rows = 0;
    if (!query_open(s, query, scope, &a, why))
        return false;
    while (ok && more && !ferror(stdout)) {
        ok = query_next(a, cells, table_width(t), &more, why);
        if (ok && more) {
            table_row(t, cells);
            rows++;
        }
    }
    query_close(a);
    if (ok)
        *ret_rows = rows;
    return ok;
}

enum exit_status ask_failed(const struct fault *why)
{
    return complain(why->kind == FAULT_REJECT ? EXIT_UNKNOWN : EXIT_FAILED, "%s", why->text);
}
