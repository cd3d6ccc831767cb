/* One step for each forecast that came due: up when the truth was outside, down a quarter as far
 * when it was inside, so that the width rests where one in five is outside. The other reaches go a
 * third of the step, for what surprises at one distance often does at others. */
#include "core/forecast/accuracy.h"

#include <assert.h>
#include <math.h>

#include "base/clock.h"
#include "base/span.h"

static const struct reach_row {
    int64_t end_s;
    double middle_ln_h; /* where its width is its own; between the middles it is mixed */
    const char *words, *slug;
} reaches[] = {
    [REACH_HOURS] = { 6 * HOUR_S, 0.6931, "under 6 h", "6h" },      /* 2 hours */
    [REACH_DAYS] = { 2 * DAY_S, 2.8332, "6 h to 2 days", "2d" },    /* 17 hours */
    [REACH_FAR] = { INT64_MAX, 4.7875, "beyond 2 days", "beyond" }, /* 5 days */
};
_Static_assert(COUNT(reaches) == REACHES, "a reach has no row");

static const double step = 0.12, step_elsewhere = 0.04; /* seven misses in a row double the width */
static const double outside_share = 0.2;                /* of an interval from 10 % to 90 % */
static const double narrowest = -0.405465, widest = 0.693147; /* ln 2/3, ln 2 */

double due_error(const struct due *d)
{
    return log(d->likely_s / d->true_s);
}

bool due_within(const struct due *d)
{
    return d->early_s <= d->true_s && d->true_s <= d->late_s;
}

enum reach reach_of(double likely_s)
{
    enum reach r = REACH_HOURS;
    while (r < REACH_FAR && likely_s >= (double)reaches[r].end_s)
        r++;
    return r;
}

const char *reach_words(enum reach reach)
{
    assert(reach < REACHES);
    return reaches[reach].words;
}

const char *reach_slug(enum reach reach)
{
    assert(reach < REACHES);
    return reaches[reach].slug;
}

static void move(float *ln_widening, double by)
{
    double moved = (double)*ln_widening + by;
    *ln_widening = (float)fmin(fmax(moved, narrowest), widest);
}

void accuracy_book(struct accuracy *r, const struct due *d)
{
    bool within = due_within(d);
    r->due++;
    r->within += within;
    enum reach own = reach_of(d->likely_s);
    for (enum reach i = 0; i < REACHES; i++)
        move(&r->ln_widening[i],
             (i == own ? step : step_elsewhere) * (within ? -outside_share : 1 - outside_share));
}

double accuracy_widening(const struct accuracy *r, double likely_s)
{
    double ln_h = log(fmax(likely_s, 1) / HOUR_S);
    if (ln_h <= reaches[0].middle_ln_h)
        return exp((double)r->ln_widening[0]);
    for (enum reach i = 1; i < REACHES; i++) {
        double from = reaches[i - 1].middle_ln_h, to = reaches[i].middle_ln_h;
        double low = (double)r->ln_widening[i - 1], high = (double)r->ln_widening[i];
        if (ln_h < to)
            return exp(low + (ln_h - from) / (to - from) * (high - low));
    }
    return exp((double)r->ln_widening[REACHES - 1]);
}
