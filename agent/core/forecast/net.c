/* One hidden layer of tanh. It weighs the experts (softmax), and corrects what they say together;
 * the other levels are steps of positive width (softplus) away from the likely one. */
#include "core/forecast/net.h"

#include <math.h>

static const double tree_part = 0.6;

static double softplus(double x)
{
    return x > 20 ? x : log1p(exp(x));
}

/* Sums are kept in lanes, so that the compiler can add several at once without changing their
 * order. */
enum { LANES = 8 };
_Static_assert(NET_HIDDEN % LANES == 0, "the hidden layer is no whole number of lanes");

static void hidden_of(const struct net *n, const float features[FEATURES], float ret[NET_HIDDEN])
{
    float sum[NET_HIDDEN];
    for (int h = 0; h < NET_HIDDEN; h++)
        sum[h] = n->threshold[h];
    for (int i = 0; i < FEATURES; i++)
        for (int h = 0; h < NET_HIDDEN; h++)
            sum[h] += features[i] * n->into[i][h];
    for (int h = 0; h < NET_HIDDEN; h++)
        ret[h] = tanhf(sum[h]);
}

static float weighted(const float hidden[NET_HIDDEN], const float weights[NET_HIDDEN], float bias)
{
    float lane[LANES] = { bias };
    for (int h = 0; h < NET_HIDDEN; h += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += hidden[h + l] * weights[h + l];
    return ((lane[0] + lane[4]) + (lane[1] + lane[5]))
        + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

/* How much each expert is believed; all sum to one. */
static void shares_of(const struct net *n, const float hidden[NET_HIDDEN], float ret[EXPERTS])
{
    float most = -INFINITY, sum = 0;
    for (int e = 0; e < EXPERTS; e++) {
        ret[e] = weighted(hidden, n->gate[e], n->lean[e]);
        most = ret[e] > most ? ret[e] : most;
    }
    for (int e = 0; e < EXPERTS; e++) {
        ret[e] = expf(ret[e] - most);
        sum += ret[e];
    }
    for (int e = 0; e < EXPERTS; e++)
        ret[e] /= sum;
}

/* What the experts say together; their answers are the first features. */
static double consensus(const float shares[EXPERTS], const float features[FEATURES])
{
    double sum = 0;
    for (int e = 0; e < EXPERTS; e++)
        sum += (double)(shares[e] * features[e]);
    return sum;
}

static void answer_one(const struct net *n, const float features[FEATURES],
                       double ret[LEVELS_ASKED])
{
    float hidden[NET_HIDDEN], shares[EXPERTS];
    double out[LEVELS_ASKED];
    hidden_of(n, features, hidden);
    shares_of(n, hidden, shares);
    for (int l = 0; l < LEVELS_ASKED; l++)
        out[l] = (double)weighted(hidden, n->out[l], n->bias[l]);
    ret[2] = out[2] + consensus(shares, features);
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
    if (e->forest.count == 0)
        return;
    double cut[LEVELS_ASKED];
    forest_answer(&e->forest, features, cut);
    for (int l = 0; l < LEVELS_ASKED; l++)
        ret[l] += tree_part * (cut[l] - ret[l]);
}

static void add_slopes(const struct net *n, const float features[FEATURES], double part,
                       double ret[FEATURES])
{
    float hidden[NET_HIDDEN], shares[EXPERTS];
    hidden_of(n, features, hidden);
    shares_of(n, hidden, shares);
    float together = (float)consensus(shares, features);
    for (int h = 0; h < NET_HIDDEN; h++) {
        float back = n->out[LEVEL_LIKELY][h];
        for (int e = 0; e < EXPERTS; e++)
            back += shares[e] * (features[e] - together) * n->gate[e][h];
        back *= 1 - hidden[h] * hidden[h];
        for (int i = 0; i < FEATURES; i++)
            ret[i] += part * (double)(back * n->into[i][h]);
    }
    for (int e = 0; e < EXPERTS; e++)
        ret[e] += part * (double)shares[e];
}

void net_slopes(const struct ensemble *e, const float features[FEATURES], double ret[FEATURES])
{
    for (int i = 0; i < FEATURES; i++)
        ret[i] = 0;
    for (size_t n = 0; n < e->count; n++)
        add_slopes(&e->nets[n], features, 1 / (double)e->count, ret);
}
