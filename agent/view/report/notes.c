/* Sentences about the figures, for people. */
#include <inttypes.h>

#include "view/report/report.h"

static void say_days(struct text *out, const struct report *r)
{
    enum { NAMED_MOST = 5 };
    char day[TIME_TEXT_BYTES];
    int named = 0;
    for (unix_s at = period_start(PER_DAY, r->during.since); at < r->during.until; at += DAY_S)
        if (report_is_unknown(r, at) && named++ < NAMED_MOST)
            text_addf(out, "%s%s", named == 1 ? ": " : ", ", period_name(PER_DAY, at, day));
    text_add(out, span_of(named > NAMED_MOST ? " and others.\n" : ".\n"));
}

/* The sentences end in line breaks. */
void report_notes(const struct report_query *q, const struct loaded_report *l, struct text *out)
{
    enum { REASON_COLUMNS = 300 };
    const struct report *r = &l->report;
    char usd[MONEY_TEXT_BYTES], all_usd[MONEY_TEXT_BYTES];
    if (r->all.unknown_days) {
        text_addf(out, "Spend is unknown or incomplete for %" PRId64 " of %" PRId64 " days",
                  r->all.unknown_days, report_days(&r->during));
        say_days(out, r);
    }
    if (r->all.unknown_days && l->usage_reason) {
        text_add(out, span_of("Last answer from the usage endpoint: "));
        text_add_terminal(out, span_of(l->usage_reason), REASON_COLUMNS);
        text_add(out, span_of(".\n"));
    }
    if (l->gaps.nano) {
        int64_t days = (l->gaps.longest_s + DAY_S / 2) / DAY_S;
        text_addf(out, "%s USD of %s was spent during ",
                  money_format_cents((struct money){ l->gaps.nano }, usd),
                  money_format_cents((struct money){ r->all.sum.spent_nano }, all_usd));
        if (l->gaps.count == 1)
            text_addf(out, "a gap of %" PRId64 " day%s", days, days == 1 ? "" : "s");
        else
            text_addf(out, "%zu gaps of up to %" PRId64 " day%s", l->gaps.count, days,
                      days == 1 ? "" : "s");
        text_add(out, span_of(" between readings and is spread evenly.\n"));
    }
    if (l->shared_days)
        text_addf(
            out,
            "%s of %" PRId64 " day%s are the day's total split in proportion to what the balances "
            "showed.\n",
            q->per == PER_HOUR ? "Hours" : "Parts", l->shared_days, l->shared_days == 1 ? "" : "s");
}
