/* A bucket holds exact nano-dollars. Most tokens spend less than 4.29 USD an hour, and for them 32
 * bits of it are enough; the first bucket that needs more makes all of its token's wide. A ring has
 * room back to the oldest bucket in which something was spent: it grows with the time that a token
 * burns. What a narrow one holds in each window is kept as a running sum. */
#include "core/burn/buckets.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/xmalloc.h"

const struct ring_row burn_rings[] = {
    [RING_FINE] = { BURN_FINE_S, BURN_FINE_BUCKETS },
    [RING_HOURS] = { HOUR_S, BURN_HOURS },
};
_Static_assert(COUNT(burn_rings) == RINGS, "a ring has no row");

const struct window_row burn_windows[] = {
    [BURN_1H] = { "1h", HOUR_S, RING_FINE },
    [BURN_6H] = { "6h", 6 * HOUR_S, RING_FINE },
    [BURN_24H] = { "24h", DAY_S, RING_HOURS },
    [BURN_7D] = { "7d", WEEK_S, RING_HOURS },
};
_Static_assert(COUNT(burn_windows) == BURN_WINDOWS, "a burn window has no row");

enum { ROOM_FIRST = 4 };

/* Buckets from `first` to the newest one, together; of narrow ones alone. */
struct running_sum {
    int64_t first, nano;
};

/* Followed by the numbers of both rings, int64_t or uint32_t. */
struct burn_buckets {
    int64_t newest[RINGS]; /* numbers of the newest buckets */
    struct running_sum sums[BURN_WINDOWS];
    int room[RINGS]; /* for so many buckets; older ones are empty */
    struct burn_start start;
    bool is_wide;
};

static size_t size_of(const struct burn_buckets *b)
{
    size_t buckets = (size_t)b->room[RING_FINE] + (size_t)b->room[RING_HOURS];
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

/* The oldest bucket that a ring has room for. */
static int64_t oldest(const struct burn_buckets *b, enum ring r)
{
    return b->newest[r] - b->room[r] + 1;
}

static int place_of(const struct burn_buckets *b, enum ring r, int64_t number)
{
    int place = (int)(number % b->room[r]);
    return (r == RING_HOURS ? b->room[RING_FINE] : 0) + (place < 0 ? place + b->room[r] : place);
}

int64_t buckets_spent_in(struct burn_buckets *b, enum ring r, int64_t number)
{
    if (number < oldest(b, r) || number > b->newest[r])
        return 0;
    int place = place_of(b, r, number);
    return b->is_wide ? wide(b)[place] : (int64_t)narrow(b)[place];
}

static void put(struct burn_buckets *b, enum ring r, int64_t number, int64_t nano)
{
    if (b->is_wide)
        wide(b)[place_of(b, r, number)] = nano;
    else
        narrow(b)[place_of(b, r, number)] = (uint32_t)nano;
}

static void sum_up(struct burn_buckets *b)
{
    for (int w = 0; w < BURN_WINDOWS && !b->is_wide; w++) {
        enum ring r = burn_windows[w].ring;
        struct running_sum *sum = &b->sums[w];
        *sum = (struct running_sum){
            b->newest[r] + 1 - burn_windows[w].seconds / burn_rings[r].width_s, 0
        };
        for (int64_t n = sum->first; n <= b->newest[r]; n++)
            sum->nano += buckets_spent_in(b, r, n);
    }
}

/* The same in buckets of another size, or with another room for them. */
static void reshape(struct burn_history *h, const struct burn_buckets *shape)
{
    struct burn_buckets *b = xcalloc(1, size_of(shape));
    *b = *shape;
    for (enum ring r = 0; h->buckets && r < RINGS; r++)
        for (int64_t n = oldest(b, r); n <= b->newest[r]; n++)
            put(b, r, n, buckets_spent_in(h->buckets, r, n));
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
static void need_room(struct burn_history *h, enum ring r, int64_t count)
{
    if (count <= h->buckets->room[r])
        return;
    struct burn_buckets shape = *h->buckets;
    int64_t room = count + count / 2;
    shape.room[r] = room < burn_rings[r].most ? (int)room : burn_rings[r].most;
    reshape(h, &shape);
}

void buckets_need(struct burn_history *h, unix_s at)
{
    if (h->buckets)
        return;
    struct burn_buckets shape = { .room = { ROOM_FIRST, ROOM_FIRST } };
    for (enum ring r = 0; r < RINGS; r++)
        shape.newest[r] = bucket_ending_in(at, burn_rings[r].width_s);
    reshape(h, &shape);
}

struct burn_buckets *buckets_clone(const struct burn_buckets *b)
{
    size_t size = size_of(b);
    return memcpy(xmalloc(size), b, size);
}

struct burn_start *buckets_start(struct burn_buckets *b)
{
    return &b->start;
}

int64_t buckets_newest(const struct burn_buckets *b, enum ring r)
{
    return b->newest[r];
}

/* How many buckets there are from the oldest one that is not empty to a new one. */
static int64_t count_until(struct burn_buckets *b, enum ring r, int64_t number)
{
    int64_t least = number - burn_rings[r].most + 1, n = oldest(b, r);
    n = n > least ? n : least;
    while (n <= b->newest[r] && buckets_spent_in(b, r, n) == 0)
        n++;
    return n <= b->newest[r] ? number - n + 1 : 1;
}

/* The running sums leave out what a window that ends with the new bucket does not hold. */
static void advance_sums(struct burn_buckets *b, enum ring r, int64_t number)
{
    for (int w = 0; w < BURN_WINDOWS && !b->is_wide; w++) {
        struct running_sum *sum = &b->sums[w];
        int64_t first = number + 1 - burn_windows[w].seconds / burn_rings[r].width_s;
        if (burn_windows[w].ring != r || first <= sum->first)
            continue;
        for (int64_t n = sum->first; n < first && n <= b->newest[r]; n++)
            sum->nano -= buckets_spent_in(b, r, n);
        sum->first = first;
    }
}

void buckets_advance(struct burn_history *h, enum ring r, int64_t number)
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

void buckets_deposit(struct burn_history *h, enum ring r, int64_t number, int64_t nano)
{
    int64_t sum;
    need_room(h, r, h->buckets->newest[r] - number + 1);
    if (__builtin_add_overflow(buckets_spent_in(h->buckets, r, number), nano, &sum))
        sum = INT64_MAX;
    if (!h->buckets->is_wide && (sum < 0 || sum > UINT32_MAX))
        widen(h);
    put(h->buckets, r, number, sum);
    for (int w = 0; w < BURN_WINDOWS && !h->buckets->is_wide; w++)
        if (burn_windows[w].ring == r && number >= h->buckets->sums[w].first)
            h->buckets->sums[w].nano += nano;
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
static __int128 sum_of(struct burn_buckets *b, enum ring r, int64_t first, int64_t last)
{
    if (first > last)
        return 0;
    int count = (int)(last - first + 1), begin = r == RING_HOURS ? b->room[RING_FINE] : 0;
    int place = place_of(b, r, first), left = begin + b->room[r] - place;
    int run = count < left ? count : left;
    return sum_of_run(b, place, run) + sum_of_run(b, begin, count - run);
}

/* A sum that is kept has to be rid of only what its window has left behind since. */
__int128 buckets_spent_from(struct burn_buckets *b, enum ring r, int64_t first, int64_t last)
{
    for (int w = 0; w < BURN_WINDOWS && !b->is_wide && last == b->newest[r]; w++) {
        const struct running_sum *sum = &b->sums[w];
        if (burn_windows[w].ring != r || first < sum->first || first - sum->first > last - first)
            continue;
        int64_t from = sum->first > oldest(b, r) ? sum->first : oldest(b, r);
        return sum->nano - sum_of(b, r, from, first - 1);
    }
    return sum_of(b, r, first > oldest(b, r) ? first : oldest(b, r), last);
}

/* To the nearest bucket: a ring is turned. */
static void shift_ring(struct burn_buckets *b, enum ring r, int64_t step_s)
{
    int64_t was[BURN_HOURS], newest = b->newest[r];
    int64_t buckets = floor_div(step_s + burn_rings[r].width_s / 2, burn_rings[r].width_s);
    for (int i = 0; i < b->room[r]; i++)
        was[i] = buckets_spent_in(b, r, newest - i);
    b->newest[r] = newest + buckets;
    for (int i = 0; i < b->room[r]; i++)
        put(b, r, newest + buckets - i, was[i]);
}

void buckets_shift(struct burn_buckets *b, int64_t step_s)
{
    for (enum ring r = 0; r < RINGS; r++)
        shift_ring(b, r, step_s);
    sum_up(b);
}
