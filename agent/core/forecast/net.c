/* One hidden layer of tanh. It weighs the experts (softmax), and corrects what they say together;
 * the other levels are steps of positive width (softplus) away from the likely one.
 *
 * Questions are worked out side by side: each number of a net is read once and meets a vector of
 * all of them. */
#include "core/forecast/net.h"

#include <math.h>
#include <string.h>

#include "core/forecast/vector_math.h"

static const double tree_part = 0.7;

/* What one net makes of a panel. */
struct thought {
    float_lanes hidden[NET_HIDDEN];
    float_lanes shares[EXPERTS]; /* how much each expert is believed; all sum to one */
    float_lanes together;        /* what the experts then say; their answers are features */
};

static float softplus(float x)
{
    float size = x > 0 ? x : -x;
    return (x > 0 ? x : 0) + quick_log(1 + quick_exp(-size));
}

/* So many sums are kept at once: as many as stay in registers. */
enum { ABREAST = 4 };
_Static_assert(NET_HIDDEN % ABREAST == 0 && EXPERTS % ABREAST == 0, "sums are left over");

FOR_WIDE_VECTORS
static void hide(const struct net *n, const struct panel *p, float_lanes ret[NET_HIDDEN])
{
    const float_lanes zero = { 0 };
    for (int h = 0; h < NET_HIDDEN; h += ABREAST) {
        const float *threshold = &n->threshold[h];
        float_lanes a = zero + threshold[0], b = zero + threshold[1], c = zero + threshold[2],
                    d = zero + threshold[3];
        for (int i = 0; i < FEATURES; i++) {
            const float *into = &n->into[i][h];
            a += into[0] * p->at[i];
            b += into[1] * p->at[i];
            c += into[2] * p->at[i];
            d += into[3] * p->at[i];
        }
        ret[h] = a;
        ret[h + 1] = b;
        ret[h + 2] = c;
        ret[h + 3] = d;
    }
    for (int h = 0; h < NET_HIDDEN; h++)
        tanh_lanes(&ret[h]);
}

static void weigh(const float_lanes hidden[NET_HIDDEN], const float weights[NET_HIDDEN], float bias,
                  float_lanes *ret)
{
    float_lanes even = { 0 }, odd = { 0 };
    for (int h = 0; h < NET_HIDDEN; h += 2) {
        even += weights[h] * hidden[h];
        odd += weights[h + 1] * hidden[h + 1];
    }
    *ret = even + odd + bias;
}

FOR_WIDE_VECTORS
static void believe(const struct net *n, const struct panel *p, struct thought *ret)
{
    float_lanes all = { 0 }, said = { 0 }, most;
    for (int e = 0; e < EXPERTS; e++)
        weigh(ret->hidden, n->gate[e], n->lean[e], &ret->shares[e]);
    most = ret->shares[0];
    for (int e = 1; e < EXPERTS; e++)
        for (int l = 0; l < LANES; l++)
            most[l] = ret->shares[e][l] > most[l] ? ret->shares[e][l] : most[l];
    for (int e = 0; e < EXPERTS; e++) {
        ret->shares[e] -= most;
        exp_lanes(&ret->shares[e]);
        all += ret->shares[e];
    }
    all = 1 / all;
    for (int e = 0; e < EXPERTS; e++) {
        ret->shares[e] *= all;
        said += ret->shares[e] * p->at[e];
    }
    ret->together = said;
}

static void think(const struct net *n, const struct panel *p, struct thought *ret)
{
    hide(n, p, ret->hidden);
    believe(n, p, ret);
}

static void add_answers(const struct net *n, const struct panel *p, double part,
                        double ret[LANES][LEVELS_ASKED])
{
    struct thought t;
    float_lanes out[LEVELS_ASKED];
    think(n, p, &t);
    for (int level = 0; level < LEVELS_ASKED; level++)
        weigh(t.hidden, n->out[level], n->bias[level], &out[level]);
    out[LEVEL_LIKELY] += t.together;
    for (int level = 0; level < LEVELS_ASKED; level++)
        for (int l = 0; level != LEVEL_LIKELY && l < LANES; l++)
            out[level][l] = softplus(out[level][l]);
    out[1] = out[2] - out[1];
    out[0] = out[1] - out[0];
    out[3] += out[2];
    out[4] += out[3];
    for (int l = 0; l < LANES; l++)
        for (int level = 0; level < LEVELS_ASKED; level++)
            ret[l][level] += part * (double)out[level][l];
}

void net_answers(const struct ensemble *e, const struct panel *p, double ret[LANES][LEVELS_ASKED])
{
    memset(ret, 0, LANES * sizeof *ret);
    for (size_t i = 0; i < e->count; i++)
        add_answers(&e->nets[i], p, 1 / (double)e->count, ret);
    if (e->forest.count == 0)
        return;
    double cut[LANES][LEVELS_ASKED];
    forest_answers(&e->forest, p, cut);
    for (int l = 0; l < LANES; l++)
        for (int level = 0; level < LEVELS_ASKED; level++)
            ret[l][level] += tree_part * (cut[l][level] - ret[l][level]);
}

static void add_slopes(const struct net *n, const struct panel *p, double part,
                       double ret[FEATURES])
{
    struct thought t;
    think(n, p, &t);
    for (int h = 0; h < NET_HIDDEN; h++) {
        float back = n->out[LEVEL_LIKELY][h];
        for (int e = 0; e < EXPERTS; e++)
            back += t.shares[e][0] * (p->at[e][0] - t.together[0]) * n->gate[e][h];
        back *= 1 - t.hidden[h][0] * t.hidden[h][0];
        for (int i = 0; i < FEATURES; i++)
            ret[i] += part * (double)(back * n->into[i][h]);
    }
    for (int e = 0; e < EXPERTS; e++)
        ret[e] += part * (double)t.shares[e][0];
}

void net_slopes(const struct ensemble *e, const struct panel *p, double ret[FEATURES])
{
    for (int i = 0; i < FEATURES; i++)
        ret[i] = 0;
    for (size_t n = 0; n < e->count; n++)
        add_slopes(&e->nets[n], p, 1 / (double)e->count, ret);
}
