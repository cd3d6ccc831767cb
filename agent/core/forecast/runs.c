/* A spell of use ends with three hours in a row that each spent less than a quarter of the mean. */
#include "core/forecast/runs.h"

static const double quarter = 0.25;
enum { PAUSE_H = 3 };

static bool busy(const struct track *t, int ago)
{
    for (int k = ago; k < ago + PAUSE_H && k < t->hours; k++)
        if (t->spent[k] >= quarter)
            return true;
    return false;
}

static double busiest(const struct track *t, int over_h)
{
    double most = 0;
    for (int k = 0; k + over_h <= t->hours; k++)
        if (t->back[k + over_h] - t->back[k] > most)
            most = t->back[k + over_h] - t->back[k];
    return most > 0 ? most : over_h;
}

static void add_spell(struct runs *r, double spent)
{
    if (r->count < RUNS_MAX)
        r->spent[r->count++] = spent;
}

struct runs runs_of(const struct track *t)
{
    struct runs r = { .active = busy(t, 0) };
    int used_h = 0, rested_h = 0, rests = 0;
    for (int k = 0, end; k < t->hours; k = end) {
        bool active = busy(t, k);
        end = k + 1;
        while (end < t->hours && busy(t, end) == active)
            end++;
        double spent = t->back[end] - t->back[k];
        if (k == 0) {
            r.since_h = end;
            r.present_spent = active ? spent : 0;
        }
        if (active)
            add_spell(&r, spent);
        used_h += active ? end - k : 0;
        rested_h += active ? 0 : end - k;
        rests += !active;
    }
    r.use_h = (double)(used_h + 1) / (r.count + 1);
    r.rest_h = (double)(rested_h + 1) / (rests + 1);
    r.busiest_hour = busiest(t, 1);
    r.busiest_six = busiest(t, 6);
    r.busiest_day = busiest(t, DAY_HOURS);
    return r;
}
