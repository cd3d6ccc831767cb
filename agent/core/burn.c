/* Two rings of buckets, numbered by time: bucket n covers the seconds (n * width, (n + 1) * width].
 *
 * A window is open on the left like a bucket, since an entry tells what was spent up to its `at`.
 * Shares are differences of a running total, so nothing is lost to rounding. Never loops longer
 * than a ring has buckets. */
#include "core/burn.h"

#include <assert.h>
#include <stdlib.h>

#include "base/span.h"
#include "base/xmalloc.h"

struct burn_buckets {
    int64_t fine_newest, hours_newest; /* numbers of the newest buckets */
    int64_t fine[BURN_FINE_BUCKETS];   /* nano-dollars */
    int64_t hours[BURN_HOURS];
};

struct ring {
    int64_t width_s;
    int64_t count;
    int64_t *newest;
    int64_t *spent;
};

static struct ring fine_ring(struct burn_buckets *b)
{
    return (struct ring){ BURN_FINE_S, BURN_FINE_BUCKETS, &b->fine_newest, b->fine };
}

static struct ring hours_ring(struct burn_buckets *b)
{
    return (struct ring){ HOUR_S, BURN_HOURS, &b->hours_newest, b->hours };
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

static int64_t *bucket(struct ring r, int64_t number)
{
    int64_t place = number % r.count;
    return &r.spent[place < 0 ? place + r.count : place];
}

static int64_t oldest(struct ring r)
{
    return *r.newest - r.count + 1;
}

static void advance(struct ring r, int64_t number)
{
    int64_t ahead = number - *r.newest;
    if (ahead <= 0)
        return;
    for (int64_t i = 0; i < ahead && i < r.count; i++)
        *bucket(r, number - i) = 0;
    *r.newest = number;
}

/* Saturates: only a broken API spends nine billion dollars; that must not make a negative rate. */
static void deposit(struct ring r, int64_t number, int64_t nano)
{
    int64_t *spent = bucket(r, number);
    if (__builtin_add_overflow(*spent, nano, spent))
        *spent = INT64_MAX;
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

static void spread(struct ring r, const struct entry *e)
{
    int64_t first = first_bucket(e, r.width_s), last = bucket_ending_in(e->at, r.width_s);
    advance(r, last);
    if (first < oldest(r))
        first = oldest(r);
    for (int64_t n = first; n <= last; n++)
        deposit(r, n, spent_until(e, (n + 1) * r.width_s) - spent_until(e, n * r.width_s));
}

static bool is_consumption(const struct entry *e)
{
    return e->kind == ENTRY_CONSUMPTION && e->amount.nano > 0;
}

static struct burn_buckets *buckets_of(struct burn_history *h, unix_s at)
{
    if (!h->buckets) {
        h->buckets = xcalloc(1, sizeof *h->buckets);
        h->buckets->fine_newest = bucket_ending_in(at, BURN_FINE_S);
        h->buckets->hours_newest = bucket_ending_in(at, HOUR_S);
    }
    return h->buckets;
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

void burn_seen(struct burn_history *h, unix_s at)
{
    if (h->first_seen != TIME_NONE && at < time_after(h->last_seen, -(int64_t)BURN_STEP_BACK_S))
        burn_done(h);
    if (h->first_seen != TIME_NONE && at <= h->last_seen)
        return;
    if (h->first_seen == TIME_NONE)
        h->first_seen = at;
    h->last_seen = at;
    if (h->readings < BURN_MIN_READINGS)
        h->readings++;
}

static void shift_ring(struct ring r, const int64_t *spent, int64_t buckets)
{
    int64_t newest = *r.newest;
    for (int64_t n = oldest(r); n <= newest; n++) {
        int64_t place = n % r.count;
        *bucket(r, n + buckets) = spent[place < 0 ? place + r.count : place];
    }
    *r.newest = newest + buckets;
}

/* To the nearest bucket. */
void burn_shift(struct burn_history *h, int64_t step_s)
{
    if (h->first_seen == TIME_NONE)
        return;
    h->first_seen += step_s;
    h->last_seen += step_s;
    if (!h->buckets)
        return;
    const struct burn_buckets was = *h->buckets;
    shift_ring(fine_ring(h->buckets), was.fine, floor_div(step_s + BURN_FINE_S / 2, BURN_FINE_S));
    shift_ring(hours_ring(h->buckets), was.hours, floor_div(step_s + HOUR_S / 2, HOUR_S));
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
    spread(fine_ring(buckets_of(h, e->at)), e);
    spread(hours_ring(h->buckets), e);
}

void burn_take(struct burn_history *h, const struct entry *e)
{
    if (!is_consumption(e) || !h->buckets)
        return;
    struct entry back = *e;
    back.amount.nano = -e->amount.nano;
    spread(fine_ring(h->buckets), &back);
    spread(hours_ring(h->buckets), &back);
}

static bool is_credible(const struct burn_history *h, unix_s at)
{
    return h->last_seen != TIME_NONE && at <= h->last_seen + BURN_STEP_BACK_S;
}

void burn_add_hour(struct burn_history *h, unix_s hour_start, struct money spent)
{
    unix_s hour_end = hour_start + HOUR_S;
    struct entry e = { ENTRY_CONSUMPTION, spent, hour_end, hour_end };
    if (is_consumption(&e) && is_credible(h, hour_start))
        spread(hours_ring(buckets_of(h, hour_end)), &e);
}

void burn_add_recent(struct burn_history *h, const struct entry *e)
{
    if (is_consumption(e) && is_credible(h, e->at))
        spread(fine_ring(buckets_of(h, e->at)), e);
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

/* The sum over (start, end]; of the bucket that holds `start`, its share after `start`. */
static __int128 spent_within(struct ring r, unix_s start, unix_s end)
{
    int64_t partial = bucket_starting_in(start, r.width_s);
    int64_t first = partial, last = bucket_ending_in(end, r.width_s);
    if (first < oldest(r))
        first = oldest(r);
    if (last > *r.newest)
        last = *r.newest;

    __int128 sum = 0;
    if (first == partial && first <= last) {
        int64_t inside_s = (partial + 1) * r.width_s - start;
        sum = (__int128)*bucket(r, partial) * inside_s / r.width_s;
        first++;
    }
    for (int64_t n = first; n <= last; n++)
        sum += *bucket(r, n);
    return sum;
}

static const struct window {
    const char *name;
    int64_t seconds;
    struct ring (*ring)(struct burn_buckets *b);
} windows[] = {
    [BURN_1H] = { "1h", HOUR_S, fine_ring },
    [BURN_6H] = { "6h", 6 * HOUR_S, fine_ring },
    [BURN_24H] = { "24h", DAY_S, hours_ring },
    [BURN_7D] = { "7d", WEEK_S, hours_ring },
};
_Static_assert(COUNT(windows) == BURN_WINDOWS, "a burn window has no row");

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
    __int128 spent = spent_within(w->ring(h->buckets), h->last_seen - w->seconds, h->last_seen);
    __int128 per_h = (spent * HOUR_S + rate.over_s / 2) / rate.over_s;
    rate.nano_per_h = per_h < INT64_MAX ? (int64_t)per_h : INT64_MAX;
    return rate;
}

int64_t burn_spent_since(const struct burn_history *h, unix_s after)
{
    if (!h->buckets || after >= h->last_seen)
        return 0;
    __int128 spent = spent_within(fine_ring(h->buckets), after, h->last_seen);
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
