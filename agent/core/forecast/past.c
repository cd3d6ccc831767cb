/* Gathering a past: fine detail from the rings of burn.h, hours from whoever keeps them. */
#include "core/forecast/past.h"

void past_begin(struct past *ret, const struct burn_history *h, int64_t step_s)
{
    *ret = (struct past){ .first_seen = h->first_seen,
                          .last_seen = h->last_seen,
                          .watched_from = h->watched_from,
                          .start = burn_start(h),
                          .step_s = step_s };
    if (h->last_seen == TIME_NONE)
        return;
    for (int i = 0; i < PAST_FINES; i++) {
        unix_s end = h->last_seen - (int64_t)i * PAST_FINE_S;
        ret->fine[i] = burn_spent_since(h, end - PAST_FINE_S) - burn_spent_since(h, end);
    }
}

/* Hours are open on the left as in burn.h: the one that holds `at` starts before it. */
static int64_t hour_of(unix_s at)
{
    return (at - 1) / HOUR_S - ((at - 1) % HOUR_S < 0);
}

void past_add_hour(struct past *p, unix_s hour_start, struct money spent)
{
    if (p->last_seen == TIME_NONE)
        return;
    int64_t ago = hour_of(p->last_seen) - hour_of(hour_start + 1);
    if (ago < 0 || ago >= PAST_HOURS || spent.nano <= 0)
        return;
    if (__builtin_add_overflow(p->hours[ago], spent.nano, &p->hours[ago]))
        p->hours[ago] = INT64_MAX;
}
