/* Straight lines: rates of windows that end now, fading averages, and the time that the last
 * amounts took. */
#include <math.h>

#include "base/span.h"
#include "core/forecast/experts.h"

static const double window_h[] = { 0.5, 1, 2, 4, 8, 16, 24, 48, 96, 168, 336, 672 };
static const double half_life_h[] = { 1.5, 6, 24, 72, 168 };
static const double share[] = { 1 / 16.0, 1 / 8.0, 1 / 4.0, 1 / 2.0, 1, 2, 4, 8 };
_Static_assert(COUNT(window_h) == WINDOW_EXPERTS, "a window has no expert");
_Static_assert(COUNT(half_life_h) == EWMA_EXPERTS, "a half-life has no expert");
_Static_assert(COUNT(share) == AMOUNT_EXPERTS, "a share has no expert");

/* Nobody stops for good: no rate is below a five-hundredth of the mean. */
static const double slowest = 1 / 500.0;

static void note_rate(const struct inquiry *q, int expert, double rate)
{
    for (size_t i = 0; i < q->count; i++)
        experts_note(q, i, expert, q->amounts[i] / (rate > slowest ? rate : slowest));
}

static double fading_mean(const struct track *t, double half_life)
{
    double keep = exp2(-1 / half_life), weight = 1, weights = 0, sum = 0;
    for (int k = 0; k < t->hours; k++, weight *= keep) {
        weights += weight;
        sum += weight * t->spent[k];
    }
    return sum / weights;
}

void experts_windows(const struct inquiry *q)
{
    for (int e = 0; e < WINDOW_EXPERTS; e++)
        note_rate(q, e, track_rate(q->track, window_h[e]));
    for (int e = 0; e < EWMA_EXPERTS; e++)
        note_rate(q, FIRST_EWMA + e, fading_mean(q->track, half_life_h[e]));
    for (int e = 0; e < AMOUNT_EXPERTS; e++)
        for (size_t i = 0; i < q->count; i++)
            experts_note(q, i, FIRST_AMOUNT + e,
                         track_took(q->track, q->amounts[i] * share[e]) / share[e]);
}
