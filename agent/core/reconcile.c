/* One subtraction and what it is worth. */
#include "core/reconcile.h"

#include <assert.h>

#include "base/span.h"

static int64_t size_of(int64_t nano)
{
    if (nano == INT64_MIN)
        return INT64_MAX;
    return nano < 0 ? -nano : nano;
}

bool reconcile_is_due(unix_s day, unix_s now)
{
    return now >= day + DAY_S + RECONCILE_LAG_S;
}

struct money reconcile_difference(const struct reconcile_day *d)
{
    int64_t difference;
    if (__builtin_sub_overflow(d->usage.nano, d->balance.nano, &difference))
        difference = d->usage.nano < 0 ? INT64_MIN : INT64_MAX;
    return (struct money){ difference };
}

static int64_t tolerance(const struct reconcile_day *d)
{
    int64_t usage = size_of(d->usage.nano), balance = size_of(d->balance.nano);
    int64_t share = (usage > balance ? usage : balance) / 100 * RECONCILE_TOLERANCE_PERCENT;
    return share > RECONCILE_TOLERANCE_NANO ? share : RECONCILE_TOLERANCE_NANO;
}

enum reconciled reconcile_judge(const struct reconcile_day *d)
{
    int64_t difference = reconcile_difference(d).nano;
    if (size_of(difference) <= tolerance(d))
        return RECONCILED_AGREES;
    return d->hidden && difference > 0 ? RECONCILED_HIDDEN : RECONCILED_DRIFT;
}

const char *reconciled_name(enum reconciled judged)
{
    static const char *const names[] = {
        [RECONCILED_AGREES] = "agrees",
        [RECONCILED_HIDDEN] = "hidden",
        [RECONCILED_DRIFT] = "drift",
    };
    _Static_assert(COUNT(names) == RECONCILED_KINDS, "a judgement has no name");
    assert(judged < RECONCILED_KINDS);
    return names[judged];
}
