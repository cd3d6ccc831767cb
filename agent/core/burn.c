/* Two rings of buckets, numbered by time: bucket n covers the seconds (n * width, (n + 1) * width].
 *
 * A window is open on the left like a bucket, since an entry tells what was spent up to its `at`.
 * Shares are differences of a running total, so nothing is lost to rounding. Never loops longer
 * than a ring has buckets.
 *
 * A bucket holds exact nano-dollars. Most tokens spend less than 4.29 USD an hour, and for them 32
 * bits of it are enough; the first bucket that needs more makes all of its token's wide. A ring has
 * room back to the oldest bucket in which something was spent: it grows with the time that a token
 * burns. What a narrow one holds in each window is kept as a running sum. */
#include "core/burn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/xmalloc.h"

enum resolution { FINE, HOURLY, RESOLUTIONS };

static const struct ring {
    int64_t width_s;
    int most; /* buckets */
} rings[] = {
    [FINE] = { BURN_FINE_S, BURN_FINE_BUCKETS },
    [HOURLY] = { HOUR_S, BURN_HOURS },
};
_Static_assert(COUNT(rings) == RESOLUTIONS, "a resolution has no ring");

enum { ROOM_FIRST = 4 };

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

/* Buckets from `first` to the newest one, together; of narrow ones alone. */
struct running_sum {
    int64_t first, nano;
};

/* Followed by the numbers of both rings, int64_t or uint32_t. */
struct burn_buckets {
    int64_t newest[RESOLUTIONS]; /* numbers of the newest buckets */
    struct running_sum sums[BURN_WINDOWS];
    int room[RESOLUTIONS]; /* for so many buckets; older ones are empty */
    bool is_wide;
};

static size_t size_of(const struct burn_buckets *b)
{
    size_t buckets = (size_t)b->room[FINE] + (size_t)b->room[HOURLY];
    return sizeof *b + buckets * (b->is_wide ? sizeof(int64_t) : sizeof(uint32_t));
}

static uint32_t *narrow(struct burn_buckets *b)
{
    return (uint32_t *)(b + 1);
}

static int64_t *wide(struct burn_buckets *b)
{
    return (int64_t *)(b + 1);
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

/* The oldest bucket that a ring has room for. */
static int64_t oldest(const struct burn_buckets *b, enum resolution r)
{
    return b->newest[r] - b->room[r] + 1;
}

static int place_of(const struct burn_buckets *b, enum resolution r, int64_t number)
{
    int place = (int)(number % b->room[r]);
    return (r == HOURLY ? b->room[FINE] : 0) + (place < 0 ? place + b->room[r] : place);
}

static int64_t spent_in(struct burn_buckets *b, enum resolution r, int64_t number)
{
    if (number < oldest(b, r) || number > b->newest[r])
        return 0;
    int place = place_of(b, r, number);
    return b->is_wide ? wide(b)[place] : (int64_t)narrow(b)[place];
}

static void put(struct burn_buckets *b, enum resolution r, int64_t number, int64_t nano)
{
    if (b->is_wide)
        wide(b)[place_of(b, r, number)] = nano;
    else
        narrow(b)[place_of(b, r, number)] = (uint32_t)nano;
}

static void sum_up(struct burn_buckets *b)
{
    for (int w = 0; w < BURN_WINDOWS && !b->is_wide; w++) {
        enum resolution r = windows[w].resolution;
        struct running_sum *sum = &b->sums[w];
        *sum = (struct running_sum){ b->newest[r] + 1 - windows[w].seconds / rings[r].width_s, 0 };
        for (int64_t n = sum->first; n <= b->newest[r]; n++)
            sum->nano += spent_in(b, r, n);
    }
}

/* The same in buckets of another size, or with another room for them. */
static void reshape(struct burn_history *h, const struct burn_buckets *shape)
{
    struct burn_buckets *b = xcalloc(1, size_of(shape));
    *b = *shape;
    for (enum resolution r = 0; h->buckets && r < RESOLUTIONS; r++)
        for (int64_t n = oldest(b, r); n <= b->newest[r]; n++)
            put(b, r, n, spent_in(h->buckets, r, n));
    free(h->buckets);
    h->buckets = b;
    sum_up(b);
}

static void widen(struct burn_history *h)
{
    struct burn_buckets shape = *h->buckets;
    shape.is_wide = true;
    reshape(h, &shape);
}

/* Room for so many buckets, and some more. */
static void need_room(struct burn_history *h, enum resolution r, int64_t count)
{
    if (count <= h->buckets->room[r])
        return;
    struct burn_buckets shape = *h->buckets;
    int64_t room = count + count / 2;
    shape.room[r] = room < rings[r].most ? (int)room : rings[r].most;
    reshape(h, &shape);
}

/* How many buckets there are from the oldest one that is not empty to a new one. */
static int64_t count_until(struct burn_buckets *b, enum resolution r, int64_t number)
{
    int64_t least = number - rings[r].most + 1, n = oldest(b, r);
    n = n > least ? n : least;
    while (n <= b->newest[r] && spent_in(b, r, n) == 0)
        n++;
    return n <= b->newest[r] ? number - n + 1 : 1;
}

/* The running sums leave out what a window that ends with the new bucket does not hold. */
static void advance_sums(struct burn_buckets *b, enum resolution r, int64_t number)
{
    for (int w = 0; w < BURN_WINDOWS && !b->is_wide; w++) {
        struct running_sum *sum = &b->sums[w];
        int64_t first = number + 1 - windows[w].seconds / rings[r].width_s;
        if (windows[w].resolution != r || first <= sum->first)
            continue;
        for (int64_t n = sum->first; n < first && n <= b->newest[r]; n++)
            sum->nano -= spent_in(b, r, n);
        sum->first = first;
    }
}

static void advance(struct burn_history *h, enum resolution r, int64_t number)
{
    if (number <= h->buckets->newest[r])
        return;
    need_room(h, r, count_until(h->buckets, r, number));
    struct burn_buckets *b = h->buckets;
    advance_sums(b, r, number);
    int64_t ahead = number - b->newest[r];
    b->newest[r] = number;
    for (int64_t i = 0; i < ahead && i < b->room[r]; i++)
        put(b, r, number - i, 0);
}

/* Saturates: only a broken API spends nine billion dollars; that must not make a negative rate. */
static void deposit(struct burn_history *h, enum resolution r, int64_t number, int64_t nano)
{
    int64_t sum;
    need_room(h, r, h->buckets->newest[r] - number + 1);
    if (__builtin_add_overflow(spent_in(h->buckets, r, number), nano, &sum))
        sum = INT64_MAX;
    if (!h->buckets->is_wide && (sum < 0 || sum > UINT32_MAX))
        widen(h);
    put(h->buckets, r, number, sum);
    for (int w = 0; w < BURN_WINDOWS && !h->buckets->is_wide; w++)
        if (windows[w].resolution == r && number >= h->buckets->sums[w].first)
            h->buckets->sums[w].nano += nano;
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
    int64_t least = h->buckets->newest[r] - rings[r].most + 1;
    for (int64_t n = first > least ? first : least; n <= last; n++)
        deposit(h, r, n, spent_until(e, (n + 1) * width_s) - spent_until(e, n * width_s));
}

static bool is_consumption(const struct entry *e)
{
    return e->kind == ENTRY_CONSUMPTION && e->amount.nano > 0;
}

static void need_buckets(struct burn_history *h, unix_s at)
{
    if (h->buckets)
        return;
    struct burn_buckets shape = { .room = { ROOM_FIRST, ROOM_FIRST } };
    for (enum resolution r = 0; r < RESOLUTIONS; r++)
        shape.newest[r] = bucket_ending_in(at, rings[r].width_s);
    reshape(h, &shape);
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
    size_t size = size_of(h->buckets);
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

/* To the nearest bucket: a ring is turned. */
static void shift_ring(struct burn_buckets *b, enum resolution r, int64_t step_s)
{
    int64_t was[BURN_HOURS], newest = b->newest[r];
    int64_t buckets = floor_div(step_s + rings[r].width_s / 2, rings[r].width_s);
    for (int i = 0; i < b->room[r]; i++)
        was[i] = spent_in(b, r, newest - i);
    b->newest[r] = newest + buckets;
    for (int i = 0; i < b->room[r]; i++)
        put(b, r, newest + buckets - i, was[i]);
}

void burn_shift(struct burn_history *h, int64_t step_s)
{
    if (h->first_seen == TIME_NONE)
        return;
    h->first_seen += step_s;
    h->last_seen += step_s;
    for (enum resolution r = 0; h->buckets && r < RESOLUTIONS; r++)
        shift_ring(h->buckets, r, step_s);
    if (h->buckets)
        sum_up(h->buckets);
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

/* Of buckets that there is room for: a ring has at most two runs of them. */
static __int128 sum_of(struct burn_buckets *b, enum resolution r, int64_t first, int64_t last)
{
    if (first > last)
        return 0;
    int count = (int)(last - first + 1), begin = r == HOURLY ? b->room[FINE] : 0;
    int place = place_of(b, r, first), left = begin + b->room[r] - place;
    int run = count < left ? count : left;
    return sum_of_run(b, place, run) + sum_of_run(b, begin, count - run);
}

/* Whole buckets. A sum that is kept has to be rid of only what its window has left behind since. */
static __int128 spent_from(struct burn_buckets *b, enum resolution r, int64_t first, int64_t last)
{
    for (int w = 0; w < BURN_WINDOWS && !b->is_wide && last == b->newest[r]; w++) {
        const struct running_sum *sum = &b->sums[w];
        if (windows[w].resolution != r || first < sum->first || first - sum->first > last - first)
            continue;
        int64_t from = sum->first > oldest(b, r) ? sum->first : oldest(b, r);
        return sum->nano - sum_of(b, r, from, first - 1);
    }
    return sum_of(b, r, first > oldest(b, r) ? first : oldest(b, r), last);
}

/* The sum over (start, end]; of the bucket that holds `start`, its share after `start`. Before the
 * token was watched there is nothing to add up. */
static __int128 spent_within(const struct burn_history *h, enum resolution r, unix_s start,
                             unix_s end)
{
    struct burn_buckets *b = h->buckets;
    int64_t width_s = rings[r].width_s;
    int64_t partial = bucket_starting_in(start, width_s), last = bucket_ending_in(end, width_s);
    int64_t watched = bucket_starting_in(h->first_seen, width_s);
    int64_t inside_s = partial < watched ? 0 : (partial + 1) * width_s - start;
    int64_t first = partial < watched ? watched : partial + 1;
    last = last < b->newest[r] ? last : b->newest[r];
    if (partial > last)
        return 0;
    return (__int128)spent_in(b, r, partial) * inside_s / width_s + spent_from(b, r, first, last);
}

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
