/* Beginning to track forecasts, and scoring them. */
#include "core/forecast/tracked.h"

#include "base/xmalloc.h"

static const double shares[TRACKED_MAX] = { 1.0 / 16, 1.0 / 4, 1 };

/* A tracked forecast that is this many times late, and behind its interval, is given up: its error
 * is large enough to count as what it is, and nobody waits for ever for a token that fell asleep.
 */
enum { GIVE_UP_TIMES = 4, SHORTEST_S = 30 * MINUTE_S, LONGEST_S = 4 * WEEK_S };

/* The moment is known to no more than the time between two readings, within which it is put by
 * interpolation. What the truth may be off by must be small beside what is measured, so this share
 * of the time it names is the most: a poll in its usual rhythm stays below, an outage does not. It
 * is a share of the forecast and not of the truth: money that was gone at once is a miss, and
 * counts. */
static const double unsure_share = 0.5;

struct tracked_forecasts *tracked_new(void)
{
    struct tracked_forecasts *p = xcalloc(1, sizeof *p);
    p->last_made = TIME_NONE;
    for (int i = 0; i < TRACKED_MAX; i++)
        p->at[i].made_at = p->at[i].spent_at = TIME_NONE;
    return p;
}

int tracked_turn(const struct tracked_forecasts *p, unix_s now)
{
    return p->last_made == TIME_NONE ? 0 : (int)(now / TRACKED_EVERY_S % TRACKED_MAX);
}

const char *accuracy_summary_reason(const struct accuracy_summary *r)
{
    if (r->scores < ACCURACY_LEAST)
        return "fewer than ten forecasts have come due";
    return r->span_s < ACCURACY_LEAST_S ? "the forecasts that have come due span less than a day"
                                        : NULL;
}

bool tracked_make(int place, const struct curve *c, const struct reading *r, unix_s now,
                  int64_t spent_nano, struct tracked_forecast *ret)
{
    int64_t nano = (int64_t)((double)r->balance.is.nano * shares[place]);
    double amount = c->spent_nano + (double)nano, since_h = (double)(now - c->origin) / HOUR_S;
    double early_h = curve_hours(c, amount, 0.1) - since_h,
           likely_h = curve_hours(c, amount, 0.5) - since_h;
    double late_h = curve_hours(c, amount, 0.9) - since_h;
    if (nano <= 0 || early_h * HOUR_S < 1 || likely_h * HOUR_S < SHORTEST_S
        || late_h * HOUR_S > LONGEST_S)
        return false;
    *ret = (struct tracked_forecast){
        .made_at = now,
        .amount = { nano },
        .target_nano = nano_add(spent_nano, nano),
        .early = now + (int64_t)(early_h * HOUR_S),
        .likely = now + (int64_t)(likely_h * HOUR_S),
        .late = now + (int64_t)(late_h * HOUR_S),
        .spent_at = TIME_NONE,
    };
    return true;
}

void tracked_spend(struct tracked_forecast *p, const struct entry *e, int64_t spent_nano)
{
    if (p->made_at == TIME_NONE || p->spent_at != TIME_NONE || e->kind != ENTRY_CONSUMPTION
        || spent_nano < p->target_nano)
        return;
    double over = (double)(spent_nano - p->target_nano) / (double)e->amount.nano;
    int64_t took_s = e->at > e->since ? e->at - e->since : 0;
    p->spent_at = e->at - (int64_t)((over < 1 ? over : 1) * (double)took_s);
    if (p->spent_at <= p->made_at)
        p->spent_at = p->made_at + 1;
    p->unsure_s = e->at - (e->since > p->made_at ? e->since : p->made_at);
}

void tracked_reopen(struct tracked_forecast *p, unix_s since)
{
    if (p->spent_at == TIME_NONE || p->spent_at < since)
        return;
    p->spent_at = TIME_NONE;
    p->unsure_s = 0;
}

struct due due_of(const struct tracked_forecast *p, unix_s ended_at)
{
    return (struct due){ .early_s = (double)(p->early - p->made_at),
                         .likely_s = (double)(p->likely - p->made_at),
                         .late_s = (double)(p->late - p->made_at),
                         .true_s = (double)(ended_at - p->made_at) };
}

static bool is_hopeless(const struct tracked_forecast *p, unix_s now)
{
    return now > p->late && now - p->made_at > GIVE_UP_TIMES * (p->likely - p->made_at);
}

static bool is_guess(const struct tracked_forecast *p)
{
    return (double)p->unsure_s > unsure_share * (double)(p->likely - p->made_at);
}

enum tracked_end tracked_ended(const struct tracked_forecast *p, unix_s now, struct score *ret)
{
    bool spent = p->spent_at != TIME_NONE;
    if (p->made_at == TIME_NONE || (!spent && !is_hopeless(p, now)))
        return TRACKED_STANDS;
    if (spent && is_guess(p))
        return TRACKED_UNKNOWN;
    unix_s ended_at = spent ? p->spent_at : now;
    *ret = (struct score){ ended_at, spent, due_of(p, ended_at) };
    return TRACKED_SCORED;
}
