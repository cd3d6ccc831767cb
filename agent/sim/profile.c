/* The shapes of spending. Each gives a factor of the average rate; only this file knows their
 * formulas. */
#include "sim/profile.h"

#include <math.h>

#include "base/random.h"
#include "core/calendar.h"

static const double CALL_USD =
    0.01; /* what a typical call costs; sets the number of calls in a slot */
static const double RUNAWAY_DOUBLINGS = 10.0; /* where a runaway stops growing */
enum { BURST_ONE_HOUR_IN = 6, OFFICE_OPENS_H = 8, OFFICE_CLOSES_H = 18, CALLS_MAX = 1000000 };

/* The generator of one slot (or hour): neighbouring numbers must not give neighbouring streams. */
static struct random stream_of(uint64_t seed, int64_t number)
{
    struct random mixer = random_seeded(seed ^ (uint64_t)number * UINT64_C(0xd1342543de82ef95));
    return random_seeded(random_next(&mixer));
}

struct sim_moment {
    const struct spend_profile *profile;
    uint64_t seed;
    unix_s end;
    double chance; /* [0, 1), of this slot */
};

static double nothing(const struct sim_moment *m)
{
    (void)m;
    return 0;
}

static double steady(const struct sim_moment *m)
{
    return 0.7 + 0.6 * m->chance;
}

/* Monday to Friday in Paris, a half sine from opening to closing; its mean over the day is one. */
static double office_hours(const struct sim_moment *m)
{
    int64_t local = m->end + calendar_paris_offset_s(m->end);
    int64_t weekday = (local / DAY_S + 3) % 7; /* 1970-01-01 was a Thursday; Monday is 0 */
    double hour = (double)(local % DAY_S) / HOUR_S;
    double open = OFFICE_CLOSES_H - OFFICE_OPENS_H;
    if (weekday > 4 || hour < OFFICE_OPENS_H || hour >= OFFICE_CLOSES_H)
        return 0;
    return 24 / open * M_PI_2 * sin(M_PI * (hour - OFFICE_OPENS_H) / open) * (0.5 + m->chance);
}

static double bursts(const struct sim_moment *m)
{
    struct random hour = stream_of(~m->seed, m->end / HOUR_S);
    bool busy = random_unit(&hour) < 1.0 / BURST_ONE_HOUR_IN;
    return busy ? BURST_ONE_HOUR_IN * (0.5 + m->chance) : 0;
}

static double runaway(const struct sim_moment *m)
{
    double doublings = (double)(m->end - m->profile->starts) / (double)m->profile->doubles_s;
    return exp2(fmax(0, fmin(doublings, RUNAWAY_DOUBLINGS))) * (0.8 + 0.4 * m->chance);
}

static const struct profile_row {
    const char *name; /* as written in a scenario */
    double (*factor)(const struct sim_moment *);
} rows[] = {
    [PROFILE_NONE] = { "none", nothing },
    [PROFILE_STEADY] = { "steady", steady },
    [PROFILE_OFFICE_HOURS] = { "office_hours", office_hours },
    [PROFILE_BURSTS] = { "bursts", bursts },
    [PROFILE_IDLE] = { "idle", nothing },
    [PROFILE_RUNAWAY] = { "runaway", runaway },
};
_Static_assert(COUNT(rows) == PROFILE_KINDS, "a profile kind has no row");

struct slot_spending profile_slot(const struct spend_profile *p, uint64_t seed, unix_s end)
{
    struct random r = stream_of(seed, end);
    struct sim_moment m = { p, seed, end, random_unit(&r) };
    double average = (double)p->usd_per_day.nano * (double)p->every_s / DAY_S;
    double nano = fmin(average * rows[p->kind].factor(&m), (double)MONEY_LIMIT_NANO);

    struct slot_spending s = { .cost = { llround(nano) }, .choice = random_next(&r) };
    if (s.cost.nano > 0)
        s.calls = (unsigned)fmin(CALLS_MAX, 1 + nano / (CALL_USD * (double)NANO_PER_USD));
    return s;
}

unix_s profile_next(const struct spend_profile *p, uint64_t seed, unix_s at)
{
    if (rows[p->kind].factor == nothing)
        return INT64_MAX;
    /* Each token has a phase of its own, so that a thousand of them do not all spend in the same
     * second. */
    int64_t phase = (int64_t)(seed % (uint64_t)p->every_s);
    return at - (at - phase) % p->every_s + p->every_s;
}

bool profile_kind_named(struct span name, enum profile_kind *ret)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (span_is(name, rows[i].name)) {
            *ret = (enum profile_kind)i;
            return true;
        }
    return false;
}
