/* A line into the future: what will have been spent, hour by hour, and when it reaches an amount.
 */
#pragma once

#include <stdbool.h>

enum { AHEAD_HOURS = 28 * 24 };

/* Grown hour by hour, as far as the largest amount asked about. */
struct path {
    int hours;                     /* so far */
    double total[AHEAD_HOURS + 1]; /* [f]: spent in the next f hours, f <= hours; [0] is 0 */
};

void path_begin(struct path *p);

/* Adds an hour; false once the path has reached `most` or its end. */
static inline bool path_add(struct path *p, double spent, double most)
{
    p->total[p->hours + 1] = p->total[p->hours] + spent;
    p->hours++;
    return p->hours < AHEAD_HOURS && p->total[p->hours] < most;
}

/* Hours until the path has spent each of `count` rising amounts; beyond its end it goes on at its
 * own mean. */
void path_passages(const struct path *p, const double *amounts, int count, double *ret);
