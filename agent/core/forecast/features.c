/* Features by name of what they measure, each kept within a few units so that nothing strange can
 * shout, and on a grid far finer than it matters: trees cut sharply, and what is the same but for
 * rounding must fall on the same side. */
#include "core/forecast/features.h"

#include <math.h>

#include "core/forecast/seasonality.h"

static const double loudest = 4, grid = 4096;
static const double rounds = 6755399441055744; /* 1.5 * 2^52: adding it leaves no fraction */

static float quiet(double value)
{
    double kept = value > loudest ? loudest : value < -loudest ? -loudest : value;
    return (float)(((kept * grid + rounds) - rounds) / grid);
}

static double log_of(double value)
{
    return (double)quick_log((float)(value > 1e-6 ? value : 1e-6));
}

struct spread {
    double idle_share, variation, top_share, like_next, like_next_day;
};

static double correlation(const double *spent, int hours, int lag)
{
    double both = 0, one = 0, mean = 0;
    for (int k = 0; k < hours; k++)
        mean += spent[k] / hours;
    for (int k = 0; k < hours; k++) {
        one += (spent[k] - mean) * (spent[k] - mean);
        if (k + lag < hours)
            both += (spent[k] - mean) * (spent[k + lag] - mean);
    }
    return one > 0 && hours > lag ? both / one * hours / (hours - lag) : 0;
}

/* The share of all that was spent in the hours above eight means: a cheap stand-in for the dearest
 * twentieth. */
static struct spread spread_of(const double *spent, int hours)
{
    static const double dear = 8;
    double idle = 0, squares = 0, top = 0;
    for (int k = 0; k < hours; k++) {
        idle += spent[k] <= 0.005;
        squares += spent[k] * spent[k];
        top += spent[k] > dear ? spent[k] : 0;
    }
    return (struct spread){
        .idle_share = idle / hours,
        .variation = log_of(sqrt(squares / hours)),
        .top_share = top / hours,
        .like_next = correlation(spent, hours, 1),
        .like_next_day = correlation(spent, hours, DAY_HOURS),
    };
}

static double between(const struct track *t, int from, int until)
{
    int last = until < t->hours ? until : t->hours;
    return last > from ? (t->back[last] - t->back[from]) / (last - from) : 1;
}

static double idle_since(const struct track *t)
{
    for (int i = 1; i <= PAST_FINES; i++)
        if (t->fine[i] > 0)
            return (i - 1) / 12.0;
    int k = PAST_FINES / 12;
    while (k < t->hours && t->spent[k] <= 0)
        k++;
    return k;
}

/* Mean and idle share of the variation within the last hours, five minutes at a time. */
static void fine_traits(const struct track *t, float ret[2])
{
    int count = t->span_h < 6 ? (int)(t->span_h * 12) : PAST_FINES;
    double squares = 0, idle = 0, mean = t->fine[count] / (count ? count : 1);
    for (int i = 0; i < count; i++) {
        double spent = t->fine[i + 1] - t->fine[i];
        squares += spent * spent;
        idle += spent <= 0.0005;
    }
    ret[0] = quiet(count && mean > 0 ? log_of(sqrt(squares / count) / mean) : 0);
    ret[1] = quiet(count ? idle / count : 0);
}

/* Standard deviation of the logs of daily sums, and their slope by doubling of the days. */
static void daily_traits(const struct track *t, float ret[2])
{
    int days = t->hours / DAY_HOURS < 14 ? t->hours / DAY_HOURS : 14;
    double sum = 0, squares = 0, slope = 0, places = 0;
    for (int d = 0; d < days; d++) {
        double daily = log_of(between(t, d * DAY_HOURS, (d + 1) * DAY_HOURS) + 0.02);
        double place = (days - 1) / 2.0 - d;
        sum += daily;
        squares += daily * daily;
        slope += place * daily;
        places += place * place;
    }
    double variance = days > 1 ? squares / days - sum / days * (sum / days) : 0;
    ret[0] = quiet(variance > 0 ? sqrt(variance) : 0);
    ret[1] = quiet(places > 0 ? 7 * slope / places : 0);
}

/* Where on the clock of a day the money goes, seen from now: how narrowly, and the two coordinates
 * of the middle. */
static void peak_traits(const struct track *t, float ret[3])
{
    double x = 0, y = 0, all = 0, by_hour[DAY_HOURS] = { 0 };
    for (int k = 0, h = 0; k < t->hours; k++, h = h + 1 < DAY_HOURS ? h + 1 : 0)
        by_hour[h] += t->spent[k];
    for (int h = 0; h < DAY_HOURS; h++) {
        double turn = 2 * M_PI * (h + 0.5) / DAY_HOURS;
        x += by_hour[h] * cos(turn);
        y += by_hour[h] * sin(turn);
        all += by_hour[h];
    }
    bool tells = t->hours >= 2 * DAY_HOURS && all > 0;
    ret[0] = quiet(tells ? hypot(x, y) / all : 0);
    ret[1] = quiet(tells ? x / all : 0);
    ret[2] = quiet(tells ? y / all : 0);
}

static double present_rate(const struct runs *r)
{
    return r->active ? r->present_spent / r->since_h : 0.1;
}

static void run_traits(const struct track *t, const struct runs *r, float ret[10])
{
    double since = log_of(r->since_h + 0.5);
    const double plain[] = {
        r->active ? 1 : -1,
        r->active ? since : 0,
        r->active ? 0 : since,
        log_of(r->count + 0.5),
        log_of(r->use_h) - 2,
        log_of(r->rest_h) - 2,
        log_of(present_rate(r)),
        log_of(r->busiest_hour),
        log_of(r->busiest_day / DAY_HOURS),
        log_of((between(t, 0, 24) + 0.02) / (r->busiest_day / DAY_HOURS)),
    };
    for (int i = 0; i < 10; i++)
        ret[i] = quiet(plain[i]);
}

struct traits traits_of(const struct track *t)
{
    struct traits ret;
    struct profile day, week;
    struct spread s = spread_of(t->spent, t->hours);
    int recent = t->hours < 3 * DAY_HOURS ? t->hours : 3 * DAY_HOURS;
    struct spread late = spread_of(t->spent, recent);
    profile_of(t, DAY_HOURS, WEEK_HOURS, &day);
    profile_of(t, WEEK_HOURS, 3 * WEEK_HOURS, &week);
    const double plain[] = {
        log_of(t->span_h) - 4,
        log_of(t->step_h),
        s.idle_share,
        s.variation,
        s.top_share,
        s.like_next,
        s.like_next_day,
        late.idle_share,
        late.variation - log_of(between(t, 0, recent)),
        late.like_next,
        log_of(idle_since(t) + 0.1),
        log_of((between(t, 0, 24) + 0.02) / (between(t, 24, 48) + 0.02)),
        log_of((between(t, 0, 168) + 0.02) / (between(t, 168, 336) + 0.02)),
        log_of((between(t, 0, 3) + 0.02) / (between(t, 3, 24) + 0.02)),
        day.trust,
        week.trust,
        correlation(t->spent, t->hours, 4),
        correlation(t->spent, t->hours, 12),
        correlation(t->spent, t->hours, WEEK_HOURS),
    };
    _Static_assert(COUNT(plain) == TRAITS - 17, "a trait has no place");
    for (size_t i = 0; i < COUNT(plain); i++)
        ret.at[i] = quiet(plain[i]);
    fine_traits(t, ret.at + COUNT(plain));
    daily_traits(t, ret.at + COUNT(plain) + 2);
    peak_traits(t, ret.at + COUNT(plain) + 4);
    ret.runs = runs_of(t);
    run_traits(t, &ret.runs, ret.at + COUNT(plain) + 7);
    return ret;
}

/* Standard deviation of where the experts stand. */
static double dissent(const float answers[EXPERTS], double median)
{
    double squares = 0;
    for (int e = 0; e < EXPERTS; e++)
        squares += ((double)answers[e] - median) * ((double)answers[e] - median);
    return sqrt(squares / EXPERTS);
}

/* Hours that alone spent a good part of the amount: how many, how long ago the last. */
struct strokes {
    int count, since;
};

FOR_WIDE_VECTORS
static struct strokes strokes_of(const struct track *t, double amount)
{
    struct strokes s = { 0, 0 };
    const double part = amount / 4;
    for (int k = 0; k < t->hours; k++)
        s.count += t->spent[k] >= part;
    while (s.since < t->hours && t->spent[s.since] < part)
        s.since++;
    return s;
}

/* The share of past spells of use that alone spent the amount. */
static double sufficient_share(const struct runs *r, double amount)
{
    int enough = 0;
    for (int i = 0; i < r->count; i++)
        enough += r->spent[i] >= amount;
    return (enough + 0.25) / (r->count + 0.5);
}

/* Of the past spells of use that spent as much as this one already: the share that spent the amount
 * on top. */
static double enough_left(const struct runs *r, double amount)
{
    int as_long = 0, enough = 0;
    for (int i = r->active; i < r->count; i++) {
        as_long += r->spent[i] >= r->present_spent;
        enough += r->spent[i] >= r->present_spent + amount;
    }
    return (enough + 0.25) / (as_long + 0.5);
}

/* How many experts say less than each does. */
FOR_WIDE_VECTORS
static void rank(const float answers[EXPERTS], int ret[EXPERTS])
{
    for (int e = 0; e < EXPERTS; e++)
        ret[e] = 0;
    for (int other = 0; other < EXPERTS; other++)
        for (int e = 0; e < EXPERTS; e++)
            ret[e] += answers[other] < answers[e];
}

/* Where the experts' quarters lie, and their tenths: the largest answer that no more than so many
 * are below. */
static void spread_traits(const float answers[EXPERTS], double median, double ret[4])
{
    static const int places[] = { EXPERTS / 10, EXPERTS / 4, EXPERTS - 1 - EXPERTS / 4,
                                  EXPERTS - 1 - EXPERTS / 10 };
    int ranks[EXPERTS];
    rank(answers, ranks);
    for (int i = 0; i < 4; i++) {
        float most = -INFINITY;
        for (int e = 0; e < EXPERTS; e++)
            most = ranks[e] <= places[i] && answers[e] > most ? answers[e] : most;
        ret[i] = (double)most - median;
    }
}

void features_of(const struct track *t, const struct traits *traits, struct stand s,
                 float ret[FEATURES])
{
    for (int e = 0; e < EXPERTS; e++)
        ret[e] = quiet((double)s.answers[e] - s.median);
    for (int i = 0; i < TRAITS; i++)
        ret[EXPERTS + i] = traits->at[i];

    const struct runs *r = &traits->runs;
    struct strokes strokes = strokes_of(t, s.amount);
    double spread[4], mean_spell = (t->hours + 1.0) / (r->count + 1);
    spread_traits(s.answers, s.median, spread);
    const double asked[ASKED_TRAITS] = {
        s.median - 2.5,
        log_of(s.amount) - s.median,
        s.median - log_of(t->span_h),
        s.median - log_of(t->step_h) - 3,
        (double)traits->at[10] - s.median,
        dissent(s.answers, s.median),
        log_of(strokes.count + 0.5) - 1,
        log_of(strokes.since + 0.5) - s.median,
        log_of(t->hours / (strokes.count + 0.5)) - s.median,
        log_of(s.amount / r->busiest_hour),
        log_of(s.amount / present_rate(r)) - s.median,
        log_of(s.amount / r->busiest_hour) - s.median,
        log_of(6 * s.amount / r->busiest_six) - s.median,
        log_of(DAY_HOURS * s.amount / r->busiest_day) - s.median,
        log_of(sufficient_share(r, s.amount)),
        log_of((r->active ? r->use_h : r->rest_h) / (r->since_h + 0.5)),
        log_of(r->since_h + 0.5) - s.median,
        log_of(enough_left(r, s.amount)),
        log_of(s.amount / mean_spell),
        spread[0],
        spread[1],
        spread[2],
        spread[3],
    };
    for (int i = 0; i < ASKED_TRAITS; i++)
        ret[EXPERTS + TRAITS + i] = quiet(asked[i]);
}

void panel_set(struct panel *p, int lane, const float *features, int count)
{
    for (int i = 0; i < count; i++)
        p->at[i][lane] = features[i];
}
