/* An expert's weight is how far the likely answer moves when only that expert changes its mind.
 *
 * The answer is the plain experts' median plus what the nets make of every expert's distance from
 * it: so an expert counts by its slope in the nets, and a plain one also by its part in what the
 * slopes leave of the median. */
#include "core/forecast/explain.h"

#include <math.h>

static void weigh(const double slopes[FEATURES], double ret[EXPERTS])
{
    double moved = 0, plain = 0;
    for (int e = 0; e < EXPERTS; e++) {
        moved += slopes[e];
        plain += expert_is_plain(e);
    }
    for (int e = 0; e < EXPERTS; e++)
        ret[e] = fabs(slopes[e] + (expert_is_plain(e) ? (1 - moved) / plain : 0));
}

bool explain(const struct past *p, const struct ensemble *nets, double nano,
             struct explanation *ret)
{
    struct track t;
    *ret = (struct explanation){ { 0 } };
    if (nano <= 0 || !track_of(p, &t))
        return false;

    struct panel panel = { 0 };
    double amount = nano / t.unit_nano, slopes[FEATURES], weights[EXPERTS], all = 0;
    float answers[1][EXPERTS], features[FEATURES];
    experts_ask(&(struct inquiry){ &t, &amount, 1, answers });
    struct traits traits = traits_of(&t);
    features_of(&t, &traits, (struct stand){ answers[0], experts_median(answers[0]), amount },
                features);
    panel_set(&panel, 0, features, FEATURES);
    net_slopes(nets, &panel, slopes);
    weigh(slopes, weights);
    for (int e = 0; e < EXPERTS; e++)
        all += weights[e];
    for (int e = 0; e < EXPERTS; e++)
        ret->share[expert_evidence(e)] += weights[e] / all;
    return true;
}
