/* What tokens may spend, beside what they spent. */
#include "core/report/parts.h"

/* What an item may spend in a time: the allowance of its periods, of which the one that still runs
 * counts whole, and what it was topped up by. Without a period, what it spent and what it has left
 * at the end of the report. */
static bool allowed(const struct report *r, const struct report_item *item,
                    const struct report_row *row, int64_t spent, int64_t topup, int64_t *ret)
{
    const struct report_budget *b = &item->budget;
    struct period during = row->during;
    unix_s next =
        during.until > r->now ? calendar_next_reset(b->allowance.period, r->now) : TIME_NONE;
    if (next > during.until)
        during.until = next;
    *ret = 0;
    if (ratio_allowance(&b->allowance, &during, ret)) {
        if (!report_add(ret, topup))
            return false;
    } else if (b->left.known) {
        *ret = spent;
        if (b->left.is.nano > 0 && !report_add(ret, b->left.is.nano))
            return false;
    } else {
        *ret = topup;
    }
    if (*ret < spent)
        *ret = spent;
    return true;
}

/* A token without a period has one budget for all of its time: rows of parts of it say nothing of
 * that. */
bool report_budget_add(const struct report *r, struct report_row *row,
                       const struct report_item *item, int64_t spent, int64_t topup)
{
    bool is_whole = row == &r->all || r->per == PER_TOTAL;
    int64_t budget;
    if (!item->has_budget || (!is_whole && !ratio_has_period(&item->budget.allowance)))
        return true;
    if (!allowed(r, item, row, spent, topup, &budget))
        return false;
    if (budget <= 0)
        return true;
    row->budget_known = true;
    return report_add(&row->budget_nano, budget) && report_add(&row->budget_spent_nano, spent);
}
