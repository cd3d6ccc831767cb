/* The two sources of a day side by side, and what was found of them. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"
#include "edge/store/usage.h"

static void add_compared(struct compared_list *list, const struct statement *q)
{
    list->at = xgrown(list->at, list->count, &list->room, sizeof *list->at);
    list->at[list->count++] = (struct compared){
        .token = statement_integer(q, RECONCILE_DAY_ID),
        .day = {
            .balance = { statement_integer(q, RECONCILE_DAY_BALANCE_NANO) },
            .usage = { statement_integer(q, RECONCILE_DAY_USAGE_NANO) },
            .hidden = statement_integer(q, RECONCILE_DAY_RISEN) != 0,
        },
    };
}

bool store_compare_day(struct store *s, int64_t account, unix_s day, struct compared_list *ret,
                       struct fault *why)
{
    struct statement *q = s->queries[SQL_RECONCILE_DAY];
    struct compared_list list = { 0 };
    bool row, ok;
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":day", day);
    while ((ok = statement_step(q, &row, why)) && row)
        add_compared(&list, q);
    statement_reset(q);
    if (ok)
        *ret = list;
    else
        free(list.at);
    return ok;
}

bool store_put_reconciled(struct store *s, const struct compared *c, unix_s day,
                          enum reconciled judged, struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_RECONCILE];
    statement_bind_integer(q, ":token", c->token);
    statement_bind_integer(q, ":day", day);
    statement_bind_integer(q, ":balance_nano", c->day.balance.nano);
    statement_bind_integer(q, ":usage_nano", c->day.usage.nano);
    statement_bind_text(q, ":judged", span_of(reconciled_name(judged)));
    return statement_run(q, why);
}
