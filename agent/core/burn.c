/* From entries to buckets, and from buckets to rates.
 *
 * A window is open on the left like a bucket, since an entry counts what was spent up to its `at`.
 * Shares are differences of a running total, so nothing is lost to rounding. */
#include "core/burn.h"

#include <assert.h>
#include <stdlib.h>

#include "core/burn/buckets.h"

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

/* As far as the ring reaches. */
static void put_shares(struct burn_history *h, enum ring r, const struct entry *e)
{
    int64_t width_s = burn_rings[r].width_s, newest = buckets_newest(h->buckets, r);
    int64_t first = first_bucket(e, width_s), last = bucket_ending_in(e->at, width_s);
    int64_t least = newest - burn_rings[r].most + 1;
    first = first > least ? first : least;
    last = last < newest ? last : newest;
    for (int64_t n = first; n <= last; n++)
        buckets_deposit(h, r, n, spent_until(e, (n + 1) * width_s) - spent_until(e, n * width_s));
}

static void spread(struct burn_history *h, enum ring r, const struct entry *e)
{
    buckets_advance(h, r, bucket_ending_in(e->at, burn_rings[r].width_s));
    put_shares(h, r, e);
}

static bool is_consumption(const struct entry *e)
{
    return e->kind == ENTRY_CONSUMPTION && e->amount.nano > 0;
}

void burn_init(struct burn_history *h)
{
    *h = (struct burn_history){ .first_seen = TIME_NONE,
                                .watched_from = TIME_NONE,
                                .last_seen = TIME_NONE };
}

void burn_done(struct burn_history *h)
{
    free(h->buckets);
    burn_init(h);
}

void burn_clone(const struct burn_history *h, struct burn_history *ret)
{
    *ret = *h;
    if (h->buckets)
        ret->buckets = buckets_clone(h->buckets);
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
        h->first_seen = h->watched_from = at;
    h->last_seen = at;
    if (h->readings < BURN_MIN_READINGS)
        h->readings++;
}

void burn_shift(struct burn_history *h, int64_t step_s)
{
    if (h->first_seen == TIME_NONE)
        return;
    h->first_seen += step_s;
    h->watched_from += step_s;
    h->last_seen += step_s;
    if (h->buckets)
        buckets_shift(h->buckets, step_s);
}

void burn_known_from(struct burn_history *h, unix_s from)
{
    if (h->first_seen == TIME_NONE || from >= h->first_seen)
        return;
    h->first_seen = from;
    h->readings = BURN_MIN_READINGS;
}

/* Of what was added, or (-1) taken back. */
static void note_start(struct burn_history *h, const struct entry *e, int sign)
{
    struct burn_start *s = buckets_start(h->buckets);
    double took_s = (double)(e->at - e->since), nano = (double)e->amount.nano;
    if (e->since < h->watched_from || e->at > time_after(h->watched_from, BURN_START_S)
        || took_s <= 0)
        return;
    s->spent_nano = nano_add(s->spent_nano, sign * e->amount.nano);
    s->busy_s += sign * (e->at - e->since);
    s->squares += sign * nano * nano / took_s;
}

struct burn_start burn_start(const struct burn_history *h)
{
    return h->buckets ? *buckets_start(h->buckets) : (struct burn_start){ 0 };
}

void burn_add(struct burn_history *h, const struct entry *e)
{
    if (!is_consumption(e))
        return;
    buckets_need(h, e->at);
    note_start(h, e, 1);
    spread(h, RING_FINE, e);
    spread(h, RING_HOURS, e);
}

void burn_take(struct burn_history *h, const struct entry *e)
{
    if (!is_consumption(e) || !h->buckets)
        return;
    struct entry back = *e;
    note_start(h, e, -1);
    back.amount.nano = -e->amount.nano;
    put_shares(h, RING_FINE, &back);
    put_shares(h, RING_HOURS, &back);
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
    buckets_need(h, hour_end);
    spread(h, RING_HOURS, &e);
}

void burn_add_recent(struct burn_history *h, const struct entry *e)
{
    if (!is_consumption(e) || !is_credible(h, e->at))
        return;
    buckets_need(h, e->at);
    note_start(h, e, 1);
    spread(h, RING_FINE, e);
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

/* The share of a bucket that lies after `start`; nothing in it is from before the token was watched
 * or from after the last reading. */
static __int128 spent_after(const struct burn_history *h, enum ring r, int64_t number, unix_s start)
{
    int64_t begin = number * burn_rings[r].width_s, end = begin + burn_rings[r].width_s;
    if (r == RING_FINE) { /* hours are loaded whole */
        begin = h->first_seen > begin && h->first_seen < end ? h->first_seen : begin;
        end = h->last_seen > begin && h->last_seen < end ? h->last_seen : end;
    }
    int64_t from = start > begin ? start : begin;
    return from < end
        ? (__int128)buckets_spent_in(h->buckets, r, number) * (end - from) / (end - begin)
        : 0;
}

/* The sum over (start, end]; of the bucket that holds `start`, its share after `start`. Before the
 * token was watched there is nothing to add up. */
static __int128 spent_within(const struct burn_history *h, enum ring r, unix_s start, unix_s end)
{
    struct burn_buckets *b = h->buckets;
    int64_t width_s = burn_rings[r].width_s;
    int64_t partial = bucket_starting_in(start, width_s), last = bucket_ending_in(end, width_s);
    int64_t watched = bucket_starting_in(h->first_seen, width_s);
    int64_t first = partial < watched ? watched : partial + 1;
    last = last < buckets_newest(b, r) ? last : buckets_newest(b, r);
    if (partial > last)
        return 0;
    return (partial < watched ? 0 : spent_after(h, r, partial, start))
        + buckets_spent_from(b, r, first, last);
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
    const struct window_row *w = &burn_windows[window];
    struct burn_rate rate = { .known = false };
    bool watched = h->first_seen != TIME_NONE && h->last_seen != TIME_NONE;
    int64_t watched_s = watched ? h->last_seen - h->first_seen : 0;
    if (h->readings < BURN_MIN_READINGS || watched_s <= 0)
        return rate;

    rate.known = true;
    rate.over_s = watched_s < w->seconds ? watched_s : w->seconds;
    if (!h->buckets)
        return rate;
    __int128 spent = spent_within(h, w->ring, h->last_seen - w->seconds, h->last_seen);
    rate.nano_per_h = per_hour(spent, rate.over_s);
    return rate;
}

int64_t burn_spent_since(const struct burn_history *h, unix_s after)
{
    if (!h->buckets || after >= h->last_seen)
        return 0;
    __int128 spent = spent_within(h, RING_FINE, after, h->last_seen);
    return spent < INT64_MAX ? (int64_t)spent : INT64_MAX;
}

const char *burn_window_name(enum burn_window window)
{
    assert(window < BURN_WINDOWS);
    return burn_windows[window].name;
}
