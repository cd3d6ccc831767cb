/* What was spent, by whatever is asked about. */
#include "view/report/question.h"
#include "web/api.h"
#include "web/report_work.h"

static const struct option_row rows[] = { REPORT_OPTION_ROWS };
_Static_assert(COUNT(rows) == REPORT_OPTIONS, "a parameter has no row");

bool route_api_report(const struct asked *q, struct answer *a, struct fault *why)
{
    struct option_value given[REPORT_OPTIONS] = { 0 };
    const struct option_reading how = api_reading(q);
    struct report_query r;
    bool known;
    if (!api_options(q, a, rows, COUNT(rows), given))
        return true;
    if (!report_question(given, &how, &r, why))
        return answer_refuse(a, 400, "%s", why->text);
    if (!api_account(q, a, r.account, &known, why))
        return false;
    if (!known)
        return true;
    a->body.format = FORMAT_JSON;
    return report_work_begin(q, &r, false, a, why);
}
