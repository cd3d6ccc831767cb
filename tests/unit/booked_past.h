/* The past of one token in memory: what the daemon keeps in its rings and in the store's hours. */
#pragma once

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/forecast.h"
#include "core/forecast/net.h"

struct booked_past {
    struct burn_history burn;
    struct hour_slice *hours; /* owned; an hour may come several times */
    size_t count, room;
};

static inline void booked_init(struct booked_past *b)
{
    *b = (struct booked_past){ 0 };
    burn_init(&b->burn);
}

static inline void booked_done(struct booked_past *b)
{
    burn_done(&b->burn);
    free(b->hours);
}

static inline void booked_add(struct booked_past *b, const struct entry *e)
{
    struct hour_slice slices[BURN_SLICES_MAX];
    size_t count = burn_slice(e, slices, COUNT(slices));
    burn_add(&b->burn, e);
    for (size_t i = 0; i < count; i++) {
        if (b->count == b->room) {
            b->room = b->room ? b->room * 2 : 256;
            b->hours = xrealloc(b->hours, b->room, sizeof *b->hours);
        }
        b->hours[b->count++] = slices[i];
    }
}

/* Made near an amount. */
static inline struct curve booked_curve(const struct booked_past *b, int64_t step_s, double nano)
{
    struct past past;
    struct curve curve;
    past_begin(&past, &b->burn, step_s);
    for (size_t i = 0; i < b->count; i++)
        past_add_hour(&past, b->hours[i].hour_start, b->hours[i].spent);
    curve_make(&past, &net_shipped, nano, &curve);
    return curve;
}
