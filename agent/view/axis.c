/* Steps of time are counted in local time, so that days begin at midnight on both sides of a change
 * of the clocks. */
#include "view/axis.h"

#include <time.h>

#include "base/money.h"
#include "view/page/figures.h"

/* 1, 2 or 5 times a power of ten. */
static int64_t nice_step(int64_t most, int ticks)
{
    static const int64_t nice[] = { 1, 2, 5 };
    for (int64_t unit = 1;; unit *= 10)
        for (size_t i = 0; i < COUNT(nice); i++)
            if (unit > INT64_MAX / 100 || unit * nice[i] >= most / ticks + (most % ticks != 0))
                return unit * nice[i];
}

struct axis axis_for(int64_t most_nano, int ticks)
{
    const int64_t limit = INT64_MAX / 4; /* its end and the step beyond it fit into 64 bits */
    most_nano = most_nano > limit ? limit : most_nano > 0 ? most_nano : NANO_PER_USD;
    struct axis a = { .step_nano = nice_step(most_nano, ticks) };
    a.most_nano = a.step_nano;
    while (a.most_nano < most_nano)
        a.most_nano += a.step_nano;
    return a;
}

double axis_share(const struct axis *a, int64_t nano)
{
    double share = (double)nano / (double)a->most_nano;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

void axis_add_amount(const struct axis *a, int64_t nano, struct text *out)
{
    size_t start = out->len;
    figure_money(out, nano);
    if (a->step_nano >= NANO_PER_USD && out->len - start > 3) /* whole dollars need no cents */
        out->at[out->len -= 3] = '\0';
}

static const int64_t steps[] = { HOUR_S,    3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S, DAY_S,
                                 2 * DAY_S, WEEK_S,     2 * WEEK_S, 4 * WEEK_S,  13 * WEEK_S };

/* The local time as if it were UTC, and back. */
static int64_t local_of(unix_s at)
{
    time_t stamp = (time_t)at;
    struct tm local;
    return localtime_r(&stamp, &local) ? at + local.tm_gmtoff : at;
}

static unix_s stamp_of(int64_t local)
{
    unix_s guess = local - (local_of(local) - local);
    return local - (local_of(guess) - guess);
}

struct axis_time axis_times(unix_s from, unix_s until, int ticks)
{
    size_t i = 0;
    while (i + 1 < COUNT(steps) && (until - from) / steps[i] > ticks)
        i++;
    struct axis_time t = { .step_s = steps[i] };
    int64_t local = local_of(from);
    t.next = stamp_of(local + (t.step_s - local % t.step_s) % t.step_s);
    return t;
}

void axis_time_step(struct axis_time *t)
{
    t->next = stamp_of(local_of(t->next) + t->step_s);
}

const char *axis_time_name(const struct axis_time *t, char room[16])
{
    time_t stamp = (time_t)t->next;
    struct tm local;
    room[0] = '\0';
    if (localtime_r(&stamp, &local))
        strftime(room, 16,
                 t->step_s >= DAY_S || (local.tm_hour == 0 && t->step_s < DAY_S) ? "%-d %b"
                                                                                 : "%H:%M",
                 &local);
    return room;
}
