/* Features are logarithms of what was spent to what is left, and shares of periods that spent it;
 * on a grid, as those of features.c. */
#include "core/forecast/reset.h"

#include <math.h>

static const double loudest = 4, grid = 4096;
static const double leaf_unit = 1e-3;

/* A period that spent this share of the amount ran dry: the last calls of a poll may be refused. */
static const double dry_share = 0.98;

/* A newer period counts for more. */
static const double fading = 0.8;

static float quiet(double value)
{
    double kept = value > loudest ? loudest : value < -loudest ? -loudest : value;
    return (float)(rint(kept * grid) / grid);
}

static double log_of(double value)
{
    return log(value > 1e-3 ? value : 1e-3);
}

static double bent(double ratio)
{
    return ratio < 0.25 ? 0.25 : ratio > 4 ? 4 : ratio;
}

static double quantile(const struct spendings *of, double level, double otherwise)
{
    if (!of->count)
        return otherwise;
    double place = level * (of->count - 1);
    int low = (int)place, high = low + 1 < of->count ? low + 1 : low;
    return of->rising[low] + (place - low) * (of->rising[high] - of->rising[low]);
}

static double nth(const struct spendings *of, int n, double otherwise)
{
    return of->count > n ? of->at[n] : otherwise;
}

/* The share of them that reach a bound, drawn towards a quarter. */
static double share(const struct spendings *of, double bound, double keep)
{
    double all = 0.5, reach = 0.125, weight = 1;
    for (int k = 0; k < of->count; k++, weight *= keep) {
        all += weight;
        reach += of->at[k] >= bound ? weight : 0;
    }
    return reach / all;
}

/* Standard deviation of the logs of what periods used of the amount. */
static double spread(const struct periods *p)
{
    double sum = 0, squares = 0;
    int count = p->use.count;
    for (int k = 0; k < count; k++) {
        double used = log_of(p->use.at[k] / p->amount);
        sum += used;
        squares += used * used;
    }
    double variance = count > 1 ? squares / count - sum / count * (sum / count) : 0.25;
    return variance > 0 ? sqrt(variance) : 0;
}

/* How this period compares with others by now; where little was spent yet it is like all. */
static double pace_to(const struct periods *p, double by_now)
{
    double floor = 0.03 * p->amount;
    return (p->spent + floor) / (by_now + floor);
}

/* What periods that were like this one by now spent afterwards: their mean, and the share that
 * spent what is left. */
struct likeness {
    double rest, share;
};

static struct likeness alike(const struct periods *p, double left, double otherwise)
{
    double all = 0.3, sum = 0.3 * otherwise, reach = 0.1;
    for (int k = 0; k < p->rest.count; k++) {
        double ratio = pace_to(p, p->by_now.at[k]), like = ratio < 1 ? ratio : 1 / ratio;
        all += like * like;
        sum += like * like * p->rest.at[k];
        reach += p->rest.at[k] >= left ? like * like : 0;
    }
    return (struct likeness){ sum / all, reach / all };
}

/* The last hours compared with the same of other days. */
static double off_usual(const struct track *t, const struct periods *p, int window)
{
    double floor = 0.02 * t->unit_nano * recent_window_h[window];
    return p->usual[window] < 0 ? 1 : (p->recent[window] + floor) / (p->usual[window] + floor);
}

/* `steady`: what is spent until the reset at the mean rate of the whole past. */
static double at_rate(const struct track *t, double steady, double over_h)
{
    return log_of(steady * (track_rate(t, over_h) + 0.02));
}

void reset_features(const struct track *t, const struct periods *p, double left,
                    float ret[RESET_FEATURES])
{
    double spends = t->unit_nano * p->left_h, steady = spends / left;
    double rest = quantile(&p->rest, 0.5, spends), use = quantile(&p->use, 0.5, 0.7 * p->amount);
    double ahead = quantile(&p->ahead, 0.5, spends);
    double by_now = quantile(&p->by_now, 0.5, p->spent);
    double pace = pace_to(p, by_now), week_pace = pace_to(p, nth(&p->by_now, 6, by_now));
    double off[RECENT_WINDOWS];
    struct likeness like = alike(p, left, spends);
    for (int w = 0; w < RECENT_WINDOWS; w++)
        off[w] = off_usual(t, p, w);
    const double all[] = {
        1 - p->left_h / p->length_h,
        log(fmax(p->left_h, 0.02)) - 3,
        log(p->length_h / DAY_HOURS),
        log_of(left / p->amount),
        log_of(p->spent / p->amount + 0.01),
        log(t->span_h) - 4,
        log(p->use.count + 0.5),
        log(p->ahead.count + 0.5),
        /* the rates of lately */
        log_of(steady),
        at_rate(t, steady, 0.25),
        at_rate(t, steady, 0.5),
        at_rate(t, steady, 1),
        at_rate(t, steady, 3),
        at_rate(t, steady, 6),
        at_rate(t, steady, DAY_HOURS),
        /* the periods before */
        share(&p->use, dry_share * p->amount, 1),
        share(&p->use, dry_share * p->amount, fading),
        share(&p->rest, left, 1),
        share(&p->rest, left, fading),
        log_of(nth(&p->use, 0, 0.7 * p->amount) / p->amount),
        log_of(nth(&p->use, 1, 0.7 * p->amount) / p->amount),
        log_of(nth(&p->use, 6, use) / p->amount),
        log_of(quantile(&p->use, 1, p->amount) / p->amount),
        log_of(use / p->amount),
        spread(p),
        log_of(nth(&p->rest, 0, spends) / left),
        log_of(nth(&p->rest, 6, rest) / left),
        log_of(quantile(&p->rest, 1, spends) / left),
        /* this one beside them */
        log(pace),
        p->by_now.count ? share(&p->by_now, p->spent, 1) : 0.5,
        log_of(rest / left * bent(pace)),
        log_of(nth(&p->rest, 6, rest) / left * bent(week_pace)),
        log_of(like.rest / left),
        like.share,
        /* these hours of other days */
        share(&p->ahead, left, 1),
        share(&p->ahead, left, fading),
        log_of(quantile(&p->ahead, 0.8, spends) / left),
        log_of(quantile(&p->ahead, 1, spends) / left),
        log(off[0]),
        log(off[1]),
        log(off[2]),
        log_of(rest / left * bent(off[2])),
        log_of(ahead / left * bent(off[1])),
        log_of(ahead / left * bent(off[2])),
    };
    _Static_assert(COUNT(all) == RESET_FEATURES, "a feature has no place");
    for (int i = 0; i < RESET_FEATURES; i++)
        ret[i] = quiet(all[i]);
}

static void set_lane(struct panel *p, int lane, const float features[RESET_FEATURES])
{
    for (int i = 0; i < RESET_FEATURES; i++)
        p->at[i][lane] = features[i];
}

/* As trees.c, with one number at each leaf. */
static void add_tree(const struct alarm_tree *t, const struct panel *p, int_lanes *sum)
{
    int_lanes leaf = { 0 };
    for (int d = 0; d < ALARM_DEPTH; d++)
        leaf = 2 * leaf - (p->at[t->feature[d]] > t->above[d]); /* true is -1 */
    for (int l = 0; l < LANES; l++)
        (*sum)[l] += t->leaf[leaf[l]];
}

FOR_WIDE_VECTORS
void reset_log_odds(const struct alarm_forest *f, const struct track *t, const struct periods *p,
                    const struct lefts *lefts, double ret[LANES])
{
    struct panel panel = { 0 };
    float features[RESET_FEATURES];
    int_lanes sum = { 0 };
    for (int l = 0; l < lefts->count; l++) {
        reset_features(t, p, lefts->nano[l], features);
        set_lane(&panel, l, features);
    }
    for (size_t i = 0; i < f->count; i++)
        add_tree(&f->trees[i], &panel, &sum);
    for (int l = 0; l < lefts->count; l++)
        ret[l] = leaf_unit * sum[l];
}
