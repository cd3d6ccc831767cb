/* One hidden layer of tanh; the median is free, the others are steps of positive width (softplus) away from it. */
#include "core/forecast/net.h"

#include <math.h>

static double softplus(double x)
{
    return x > 20 ? x : log1p(exp(x));
}

static void hidden_of(const struct net *n, const float features[FEATURES], float ret[NET_HIDDEN])
{
    for (int h = 0; h < NET_HIDDEN; h++)
        ret[h] = n->threshold[h];
    for (int i = 0; i < FEATURES; i++)
        for (int h = 0; h < NET_HIDDEN; h++)
            ret[h] += features[i] * n->into[i][h];
    for (int h = 0; h < NET_HIDDEN; h++)
        ret[h] = tanhf(ret[h]);
}

static void answer_one(const struct net *n, const float features[FEATURES], double ret[LEVELS_ASKED])
{
    float hidden[NET_HIDDEN];
    double out[LEVELS_ASKED];
    hidden_of(n, features, hidden);
    for (int l = 0; l < LEVELS_ASKED; l++) {
        float sum = n->bias[l];
        for (int h = 0; h < NET_HIDDEN; h++)
            sum += hidden[h] * n->out[l][h];
        out[l] = (double)sum;
    }
    ret[2] = out[2];
    ret[1] = ret[2] - softplus(out[1]);
    ret[0] = ret[1] - softplus(out[0]);
    ret[3] = ret[2] + softplus(out[3]);
    ret[4] = ret[3] + softplus(out[4]);
}

void net_answer(const struct ensemble *e, const float features[FEATURES], double ret[LEVELS_ASKED])
{
    for (int l = 0; l < LEVELS_ASKED; l++)
        ret[l] = 0;
    for (size_t i = 0; i < e->count; i++) {
        double one[LEVELS_ASKED];
        answer_one(&e->nets[i], features, one);
        for (int l = 0; l < LEVELS_ASKED; l++)
            ret[l] += one[l] / (double)e->count;
    }
}

void net_slopes(const struct ensemble *e, const float features[FEATURES], double ret[FEATURES])
{
    for (int i = 0; i < FEATURES; i++)
        ret[i] = 0;
    for (size_t n = 0; n < e->count; n++) {
        const struct net *net = &e->nets[n];
        float hidden[NET_HIDDEN];
        hidden_of(net, features, hidden);
        for (int h = 0; h < NET_HIDDEN; h++) {
            float back = net->out[LEVEL_LIKELY][h] * (1 - hidden[h] * hidden[h]) / (float)e->count;
            for (int i = 0; i < FEATURES; i++)
                ret[i] += (double)(back * net->into[i][h]);
        }
    }
}
