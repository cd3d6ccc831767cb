/* Medians by kind of the experts' answers to one question. */
#include "core/forecast/evidence.h"

#include <math.h>

static float median_of(float *answers, int count)
{
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && answers[k - 1] > answers[k]; k--) {
            float larger = answers[k - 1];
            answers[k - 1] = answers[k];
            answers[k] = larger;
        }
    return answers[count / 2];
}

static double kind_says(const float answers[EXPERTS], enum evidence kind)
{
    float of_kind[EXPERTS] = { 0 };
    int count = 0;
    for (int e = 0; e < EXPERTS; e++)
        if (expert_evidence(e) == kind)
            of_kind[count++] = answers[e];
    return (double)median_of(of_kind, count);
}

bool testimony_of(const struct past *p, double nano, double likely_hours, struct testimony *ret)
{
    struct track t;
    float answers[1][EXPERTS];
    if (nano <= 0 || !track_of(p, &t))
        return false;
    double amount = nano / t.unit_nano, nearest = INFINITY;
    experts_ask(&(struct inquiry){ &t, &amount, 1, answers });
    for (enum evidence kind = 0; kind < EVIDENCE_KINDS; kind++) {
        double says = kind_says(answers[0], kind), off = fabs(says - log(likely_hours));
        ret->hours[kind] = exp(says);
        if (off < nearest) {
            nearest = off;
            ret->nearest = kind;
        }
    }
    return true;
}
