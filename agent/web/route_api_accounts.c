/* Accounts: how they were polled, what is left on them, how good their forecasts have been. */
#include "view/status/status.h"
#include "web/api.h"

bool route_api_accounts(const struct asked *q, struct answer *a, struct fault *why)
{
    static const struct option_row rows[] = { OPTION_ROW_ACCOUNT };
    struct option_value given[COUNT(rows)] = { 0 };
    bool known;
    if (!api_options(q, a, rows, COUNT(rows), given))
        return true;
    const struct status_view view = { .now = q->now, .account = given[0].text };
    if (!api_account(q, a, view.account, &known, why))
        return false;
    if (!known)
        return true;
    a->body.format = FORMAT_JSON;
    if (!status_accounts_show(q->store, &view, &a->body, why))
        return false;
    api_finish(a);
    return true;
}
