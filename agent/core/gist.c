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
                      .limit = (unsigned char)f->limit };
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

static bool burn_moved(const struct gist *was, const struct burn_history *h)
{
    for (int w = 0; w < BURN_WINDOWS; w++) {
        struct burn_rate rate = burn_over(h, (enum burn_window)w);
        bool was_known = was->burn_nano_per_h[w] >= 0;
        if (was_known != rate.known
            || (rate.known && rate_moved(was->burn_nano_per_h[w], (double)rate.nano_per_h)))
            return true;
    }
    return false;
}

bool gist_moved(const struct gist *was, const struct forecast *f, const struct burn_history *h,
                bool resets)
{
    return was->verdict != f->verdict || was->limit != f->limit
        || (resets && was->horizon != f->horizon) || end_moved(was->likely, f->likely, f->read_at)
        || fabs(was->lasts - f->lasts) > NEWS_RATIO || burn_moved(was, h);
}
