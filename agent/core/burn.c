/* Two rings of buckets, numbered by time: bucket n covers the seconds (n * width, (n + 1) * width].
 *
 * A window is open on the left like a bucket, since an entry tells what was spent up to its `at`.
 * Shares are differences of a running total, so nothing is lost to rounding. Never loops longer
 * than a ring has buckets.
 *
 * A bucket holds exact nano-dollars. Most tokens spend less than 4.29 USD an hour, and for them 32
 * bits of it are enough; the first bucket that needs more makes all of its token's wide. */
#include "core/burn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/xmalloc.h"

enum resolution { FINE, HOURLY, RESOLUTIONS };

static const struct ring {
    int64_t width_s;
    int count, first; /* of all buckets, the fine ones first */
} rings[] = {
    [FINE] = { BURN_FINE_S, BURN_FINE_BUCKETS, 0 },
    [HOURLY] = { HOUR_S, BURN_HOURS, BURN_FINE_BUCKETS },
};
_Static_assert(COUNT(rings) == RESOLUTIONS, "a resolution has no ring");

enum { BUCKETS = BURN_FINE_BUCKETS + BURN_HOURS };

/* Followed by BUCKETS numbers. */
struct burn_buckets {
    int64_t newest[RESOLUTIONS]; /* numbers of the newest buckets */
    int64_t is_wide;             /* int64_t, else uint32_t */
};

static size_t size_of(bool is_wide)
{
    return sizeof(struct burn_buckets) + BUCKETS * (is_wide ? sizeof(int64_t) : sizeof(uint32_t));
}

static struct burn_buckets *buckets_new(bool is_wide)
{
    struct burn_buckets *b = xcalloc(1, size_of(is_wide));
    b->is_wide = is_wide;
    return b;
}

static uint32_t *narrow(struct burn_buckets *b)
{
    return (uint32_t *)(b + 1);
}

static int64_t *wide(struct burn_buckets *b)
{
    return (int64_t *)(b + 1);
}

static int64_t spent_at(struct burn_buckets *b, int place)
{
    return b->is_wide ? wide(b)[place] : (int64_t)narrow(b)[place];
}

static void widen(struct burn_history *h)
{
    struct burn_buckets *b = buckets_new(true);
    for (int r = 0; r < RESOLUTIONS; r++)
        b->newest[r] = h->buckets->newest[r];
    for (int i = 0; i < BUCKETS; i++)
        wide(b)[i] = spent_at(h->buckets, i);
    free(h->buckets);
    h->buckets = b;
}

static void set_at(struct burn_history *h, int place, int64_t nano)
{
    if (!h->buckets->is_wide && (nano < 0 || nano > UINT32_MAX))
        widen(h);
    if (h->buckets->is_wide)
        wide(h->buckets)[place] = nano;
    else
        narrow(h->buckets)[place] = (uint32_t)nano;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t bucket_starting_in(unix_s at, int64_t width_s)
{
    return floor_div(at, width_s);
}

static int64_t bucket_ending_in(unix_s at, int64_t width_s)
{
    return floor_div(at - 1, width_s);
}

static int place_of(enum resolution r, int64_t number)
{
    int place = (int)(number % rings[r].count);
    return rings[r].first + (place < 0 ? place + rings[r].count : place);
}

static int64_t oldest(const struct burn_buckets *b, enum resolution r)
{
    return b->newest[r] - rings[r].count + 1;
}

static void advance(struct burn_history *h, enum resolution r, int64_t number)
{
    int64_t ahead = number - h->buckets->newest[r];
    if (ahead <= 0)
        return;
    for (int64_t i = 0; i < ahead && i < rings[r].count; i++)
        set_at(h, place_of(r, number - i), 0);
    h->buckets->newest[r] = number;
}

/* Saturates: only a broken API spends nine billion dollars; that must not make a negative rate. */
static void deposit(struct burn_history *h, int place, int64_t nano)
{
    int64_t sum;
    if (__builtin_add_overflow(spent_at(h->buckets, place), nano, &sum))
        sum = INT64_MAX;
    set_at(h, place, sum);
}

static int64_t first_bucket(const struct entry *e, int64_t width_s)
{
    return e->since < e->at ? bucket_starting_in(e->since, width_s)
                            : bucket_ending_in(e->at, width_s);
}

static int64_t spent_until(const struct entry *e, unix_s time)
{
    if (time >= e->at)
        return e->amount.nano;
    if (time <= e->since)
        return 0;
    return (int64_t)((__int128)e->amount.nano * (time - e->since) / (e->at - e->since));
}

static void spread(struct burn_history *h, enum resolution r, const struct entry *e)
{
    int64_t width_s = rings[r].width_s;
    int64_t first = first_bucket(e, width_s), last = bucket_ending_in(e->at, width_s);
    advance(h, r, last);
    if (first < oldest(h->buckets, r))
        first = oldest(h->buckets, r);
    for (int64_t n = first; n <= last; n++)
        deposit(h, place_of(r, n), spent_until(e, (n + 1) * width_s) - spent_until(e, n * width_s));
}

static bool is_consumption(const struct entry *e)
{
    return e->kind == ENTRY_CONSUMPTION && e->amount.nano > 0;
}

static void need_buckets(struct burn_history *h, unix_s at)
{
    if (h->buckets)
        return;
    h->buckets = buckets_new(false);
    for (enum resolution r = 0; r < RESOLUTIONS; r++)
        h->buckets->newest[r] = bucket_ending_in(at, rings[r].width_s);
}

void burn_init(struct burn_history *h)
{
    *h = (struct burn_history){ .first_seen = TIME_NONE, .last_seen = TIME_NONE };
}

void burn_done(struct burn_history *h)
{
    free(h->buckets);
    burn_init(h);
}

void burn_clone(const struct burn_history *h, struct burn_history *ret)
{
    *ret = *h;
    if (!h->buckets)
        return;
    size_t size = size_of(h->buckets->is_wide);
    ret->buckets = memcpy(xmalloc(size), h->buckets, size);
}

bool burn_would_restart(const struct burn_history *h, unix_s at)
{
    return h->first_seen != TIME_NONE && at < time_after(h->last_seen, -(int64_t)BURN_STEP_BACK_S);
}

void burn_seen(struct burn_history *h, unix_s at)
{
    if (burn_would_restart(h, at))
        burn_done(h);
    if (h->first_seen != TIME_NONE && at <= h->last_seen)
        return;
    if (h->first_seen == TIME_NONE)
        h->first_seen = at;
    h->last_seen = at;
    if (h->readings < BURN_MIN_READINGS)
        h->readings++;
}

/* To the nearest bucket. A ring is turned, as far as it goes round. */
static void shift_ring(struct burn_history *h, enum resolution r, int64_t step_s)
{
    int64_t was[BURN_HOURS], newest = h->buckets->newest[r];
    int64_t buckets = floor_div(step_s + rings[r].width_s / 2, rings[r].width_s);
    for (int i = 0; i < rings[r].count; i++)
        was[i] = spent_at(h->buckets, place_of(r, newest - i));
    for (int i = 0; i < rings[r].count; i++)
        set_at(h, place_of(r, newest + buckets - i), was[i]);
    h->buckets->newest[r] = newest + buckets;
}

void burn_shift(struct burn_history *h, int64_t step_s)
{
    if (h->first_seen == TIME_NONE)
        return;
    h->first_seen += step_s;
    h->last_seen += step_s;
    for (enum resolution r = 0; h->buckets && r < RESOLUTIONS; r++)
        shift_ring(h, r, step_s);
}

void burn_known_from(struct burn_history *h, unix_s from)
{
    if (h->first_seen == TIME_NONE || from >= h->first_seen)
        return;
    h->first_seen = from;
    h->readings = BURN_MIN_READINGS;
}

void burn_add(struct burn_history *h, const struct entry *e)
{
    if (!is_consumption(e))
        return;
    need_buckets(h, e->at);
    spread(h, FINE, e);
    spread(h, HOURLY, e);
}

void burn_take(struct burn_history *h, const struct entry *e)
{
    if (!is_consumption(e) || !h->buckets)
        return;
    struct entry back = *e;
    back.amount.nano = -e->amount.nano;
    spread(h, FINE, &back);
    spread(h, HOURLY, &back);
}

static bool is_credible(const struct burn_history *h, unix_s at)
{
    return h->last_seen != TIME_NONE && at <= h->last_seen + BURN_STEP_BACK_S;
}

void burn_add_hour(struct burn_history *h, unix_s hour_start, struct money spent)
{
    unix_s hour_end = hour_start + HOUR_S;
    struct entry e = { ENTRY_CONSUMPTION, spent, hour_end, hour_end };
    if (!is_consumption(&e) || !is_credible(h, hour_start))
        return;
    need_buckets(h, hour_end);
    spread(h, HOURLY, &e);
}

void burn_add_recent(struct burn_history *h, const struct entry *e)
{
    if (!is_consumption(e) || !is_credible(h, e->at))
        return;
    need_buckets(h, e->at);
    spread(h, FINE, e);
}

struct money burn_share(const struct entry *e, unix_s from, unix_s until)
{
    if (!is_consumption(e) || until <= from)
        return (struct money){ 0 };
    return (struct money){ spent_until(e, until) - spent_until(e, from) };
}

size_t burn_slice(const struct entry *e, struct hour_slice *ret, size_t max)
{
    if (!is_consumption(e) || max == 0)
        return 0;
    int64_t first = first_bucket(e, HOUR_S), last = bucket_ending_in(e->at, HOUR_S);
    if ((uint64_t)(last - first) >= max)
        first = last - (int64_t)max + 1;

    size_t count = 0;
    for (int64_t n = first; n <= last; n++) {
        struct money share = burn_share(e, n * HOUR_S, (n + 1) * HOUR_S);
        if (share.nano > 0)
            ret[count++] = (struct hour_slice){ n * HOUR_S, share };
    }
    return count;
}

/* Wide numbers in halves that cannot overflow, so that the loops have nothing else to do. */
static __int128 sum_of_run(struct burn_buckets *b, int place, int count)
{
    int64_t high = 0, low = 0;
    if (!b->is_wide) {
        for (int i = place; i < place + count; i++)
            low += narrow(b)[i];
        return low;
    }
    for (int i = place; i < place + count; i++) {
        high += wide(b)[i] >> 32;
        low += wide(b)[i] & UINT32_MAX;
    }
    return (__int128)high * (INT64_C(1) << 32) + low;
}

/* Of so many buckets from one on: a ring has at most two runs of them. */
static __int128 sum_of(struct burn_buckets *b, enum resolution r, int64_t first, int count)
{
    int place = place_of(r, first), left = rings[r].first + rings[r].count - place;
    int run = count < left ? count : left;
    return sum_of_run(b, place, run) + sum_of_run(b, rings[r].first, count - run);
}

/* The sum over (start, end]; of the bucket that holds `start`, its share after `start`. Before the
 * token was watched there is nothing to add up. */
static __int128 spent_within(const struct burn_history *h, enum resolution r, unix_s start,
                             unix_s end)
{
    struct burn_buckets *b = h->buckets;
    const struct ring *ring = &rings[r];
    int64_t partial = bucket_starting_in(start, ring->width_s);
    int64_t first = partial, last = bucket_ending_in(end, ring->width_s);
    int64_t watched = bucket_starting_in(h->first_seen, ring->width_s);
    if (first < oldest(b, r))
        first = oldest(b, r);
    if (first < watched)
        first = watched;
    if (last > b->newest[r])
        last = b->newest[r];

    __int128 sum = 0;
    if (first == partial && first <= last) {
        int64_t inside_s = (partial + 1) * ring->width_s - start;
        sum = (__int128)spent_at(b, place_of(r, partial)) * inside_s / ring->width_s;
        first++;
    }
    return first <= last ? sum + sum_of(b, r, first, (int)(last - first + 1)) : sum;
}

static const struct window {
    const char *name;
    int64_t seconds;
    enum resolution resolution;
} windows[] = {
    [BURN_1H] = { "1h", HOUR_S, FINE },
    [BURN_6H] = { "6h", 6 * HOUR_S, FINE },
    [BURN_24H] = { "24h", DAY_S, HOURLY },
    [BURN_7D] = { "7d", WEEK_S, HOURLY },
};
_Static_assert(COUNT(windows) == BURN_WINDOWS, "a burn window has no row");

/* Rounded, and at most what fits. Ordinary sums spare the division of 128 bits. */
static int64_t per_hour(__int128 spent, int64_t over_s)
{
    if (spent >= 0 && spent < INT64_MAX / (2 * HOUR_S))
        return ((int64_t)spent * HOUR_S + over_s / 2) / over_s;
    __int128 per_h = (spent * HOUR_S + over_s / 2) / over_s;
    return per_h < INT64_MAX ? (int64_t)per_h : INT64_MAX;
}

struct burn_rate burn_over(const struct burn_history *h, enum burn_window window)
{
    const struct window *w = &windows[window];
    struct burn_rate rate = { .known = false };
    bool watched = h->first_seen != TIME_NONE && h->last_seen != TIME_NONE;
    int64_t watched_s = watched ? h->last_seen - h->first_seen : 0;
    if (h->readings < BURN_MIN_READINGS || watched_s <= 0)
        return rate;

    rate.known = true;
    rate.over_s = watched_s < w->seconds ? watched_s : w->seconds;
    if (!h->buckets)
        return rate;
    __int128 spent = spent_within(h, w->resolution, h->last_seen - w->seconds, h->last_seen);
    rate.nano_per_h = per_hour(spent, rate.over_s);
    return rate;
}

int64_t burn_spent_since(const struct burn_history *h, unix_s after)
{
    if (!h->buckets || after >= h->last_seen)
        return 0;
    __int128 spent = spent_within(h, FINE, after, h->last_seen);
    return spent < INT64_MAX ? (int64_t)spent : INT64_MAX;
}

int64_t burn_window_s(enum burn_window window)
{
    assert(window < BURN_WINDOWS);
    return windows[window].seconds;
}

const char *burn_window_name(enum burn_window window)
{
    assert(window < BURN_WINDOWS);
    return windows[window].name;
}
