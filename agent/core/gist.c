/* Times are compared by how far away they are, so a forecast that stands is no news; floats are
 * precise enough for a tenth. */
#include "core/gist.h"

#include <math.h>

#define NEWS_RATIO 0.10
#define FADED_RATIO 0.50

struct gist gist_of(const struct forecast *f, const struct burn_rate burn[BURN_WINDOWS])
{
    struct gist g = { .likely = f->likely,
                      .horizon = f->horizon,
                      .lasts = (float)f->lasts,
                      .verdict = (unsigned char)f->verdict,
                      .limit = (unsigned char)f->limit,
                      .available = f->available.known };
    for (int w = 0; w < BURN_WINDOWS; w++)
        g.burn_nano_per_h[w] = burn[w].known ? (float)burn[w].nano_per_h : -1;
    return g;
}

static bool figure_moved(double was, double is)
{
    return fabs(is - was) > NEWS_RATIO * fmax(fabs(was), fabs(is));
}

static bool end_moved(unix_s was, unix_s is, unix_s now)
{
    if ((was >= TIME_FAR) != (is >= TIME_FAR) || (was == TIME_NONE) != (is == TIME_NONE))
        return true;
    return is != TIME_NONE && is < TIME_FAR
        && figure_moved((double)(was - now), (double)(is - now));
}

/* While nothing is spent every rate fades, poll by poll: of that only the halves are news, and the
 * end. */
static bool rate_moved(double was, double is)
{
    return is > was ? figure_moved(was, is) : is < FADED_RATIO * was;
}

static bool rate_doubled(double was, double is)
{
    return is > 2 * was;
}

static bool any_rate(const struct gist *was, const struct gist *is, bool (*differs)(double, double))
{
    for (int w = 0; w < BURN_WINDOWS; w++) {
        float before = was->burn_nano_per_h[w], now = is->burn_nano_per_h[w];
        if ((before < 0) != (now < 0) || (now >= 0 && differs(before, now)))
            return true;
    }
    return false;
}

static bool outlook_moved(const struct gist *was, const struct gist *is, unix_s now, bool resets)
{
    return was->verdict != is->verdict || was->limit != is->limit
        || (resets && was->horizon != is->horizon) || end_moved(was->likely, is->likely, now)
        || fabs((double)was->lasts - (double)is->lasts) > NEWS_RATIO;
}

bool gist_moved(const struct gist *was, const struct gist *is, unix_s now, bool resets)
{
    return was->available != is->available || outlook_moved(was, is, now, resets)
        || any_rate(was, is, rate_moved);
}

bool gist_misleads(const struct gist *was, const struct gist *is, unix_s now, bool resets)
{
    return outlook_moved(was, is, now, resets) || any_rate(was, is, rate_doubled);
}
