/* A month stands for its two ends; an hour that has begun counts as a whole. */
#include "view/report/question.h"

static bool choose_month(const struct option_value *given, const char *lead, struct period *ret,
                         struct fault *why)
{
    if (given[REPORT_ASK_SINCE].given || given[REPORT_ASK_UNTIL].given)
        return fault(why, FAULT_REJECT, "%smonth cannot be combined with %ssince or %suntil", lead,
                     lead, lead);
    return period_parse_month(span_of(given[REPORT_ASK_MONTH].text), ret, why)
        || fault_within(why, "%smonth", lead);
}

/* From the hour of one time to before the hour of another, or up to now; all figures of a report,
 * in every format and by every dimension, are of this one time. */
static bool choose_stretch(const struct option_value *given, const char *lead,
                           struct report_query *q, struct fault *why)
{
    struct period p = { given[REPORT_ASK_SINCE].number,
                        given[REPORT_ASK_UNTIL].text ? given[REPORT_ASK_UNTIL].number
                                                     : q->now + 1 };
    bool is_month = given[REPORT_ASK_MONTH].text != NULL;
    if (is_month && !choose_month(given, lead, &p, why))
        return false;
    p.since = period_start(PER_HOUR, p.since);
    if (p.since > q->now)
        return fault(why, FAULT_REJECT, "this period has not started yet");
    if (p.until <= p.since)
        return fault(why, FAULT_REJECT, "%suntil is not after %ssince", lead, lead);
    p.until = period_start(PER_HOUR, p.until + HOUR_S - 1);
    if (p.until > q->now)
        p.until = q->now + 1;
    q->before = period_before(&p, is_month);
    q->during = p;
    return true;
}

static bool check_source(const struct report_query *q, const char *lead, struct fault *why)
{
    bool is_by_word = report_by_is_word(q->by);
    if (q->per == PER_HOUR && (is_by_word || q->choice == REPORT_ENDPOINT))
        return fault(why, FAULT_REJECT, "the usage endpoint reports days, not hours: use %sper day",
                     lead);
    if (is_by_word && q->choice == REPORT_BALANCE)
        return fault(why, FAULT_REJECT, "balances cannot be grouped by %s: drop %ssource",
                     report_by_name(q->by), lead);
    return true;
}

bool report_question(const struct option_value *given, const struct option_reading *how,
                     struct report_query *ret, struct fault *why)
{
    struct report_query q = {
        .by = (enum report_by)given[REPORT_ASK_BY].number,
        .per = (enum period_length)given[REPORT_ASK_PER].number,
        .choice = (enum report_choice)given[REPORT_ASK_SOURCE].number,
        .token = given[REPORT_ASK_TOKEN].text,
        .account = given[REPORT_ASK_ACCOUNT].text,
        .environment = given[REPORT_ASK_ENVIRONMENT].text,
        .now = how->now,
    };
    if (!choose_stretch(given, how->lead, &q, why) || !check_source(&q, how->lead, why))
        return false;
    *ret = q;
    return true;
}
