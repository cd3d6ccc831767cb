/* 128 bits hold every product of two amounts. */
#include "core/ratio.h"

static bool divide(__int128 part, int64_t whole, int64_t *ret)
{
    if (whole <= 0)
        return false;
    __int128 doubled = part * 20000 / whole; /* half hundredths, towards zero */
    __int128 rounded = (doubled + (doubled < 0 ? -1 : 1)) / 2;
    if (rounded > INT64_MAX / 2 || rounded < -INT64_MAX / 2)
        return false;
    *ret = (int64_t)rounded;
    return true;
}

bool ratio_share(int64_t part, int64_t whole, int64_t *ret)
{
    return divide(part, whole, ret);
}

bool ratio_growth(int64_t now, int64_t before, int64_t *ret)
{
    return divide((__int128)now - before, before, ret);
}

int64_t ratio_each(int64_t amount, int64_t count)
{
    __int128 doubled = (__int128)amount * 2 / count;
    return (int64_t)((doubled + (doubled < 0 ? -1 : 1)) / 2);
}

int64_t ratio_part(int64_t amount, int64_t part, int64_t whole)
{
    return (int64_t)((__int128)amount * part / whole);
}

static bool add_part(__int128 *sum, int64_t amount_nano, int64_t part_s, int64_t whole_s)
{
    *sum += ((__int128)amount_nano * part_s + whole_s / 2) / whole_s;
    return *sum <= INT64_MAX;
}

bool ratio_has_period(const struct allowance *a)
{
    return a->period != RESET_NONE && a->period != RESET_OTHER && a->amount_nano >= 0;
}

bool ratio_allowance(const struct allowance *a, const struct period *during, int64_t *ret_nano)
{
    static const enum period_length lengths[] = {
        [RESET_DAILY] = PER_DAY,
        [RESET_WEEKLY] = PER_WEEK,
        [RESET_MONTHLY] = PER_MONTH,
    };
    __int128 sum = 0;
    if (!ratio_has_period(a))
        return false;
    enum period_length per = lengths[a->period];
    if (per != PER_MONTH) {
        if (!add_part(&sum, a->amount_nano, during->until - during->since,
                      per == PER_DAY ? DAY_S : WEEK_S))
            return false;
    } else {
        for (unix_s at = during->since; at < during->until;) {
            unix_s start = period_start(per, at), next = period_next(per, start);
            unix_s until = next < during->until ? next : during->until;
            if (!add_part(&sum, a->amount_nano, until - at, next - start))
                return false;
            at = until;
        }
    }
    *ret_nano = (int64_t)sum;
    return true;
}
