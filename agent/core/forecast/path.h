/* A line into the future: what will have been spent, hour by hour, and when it reaches an amount. */
#pragma once

enum { AHEAD_HOURS = 28 * 24 };

struct path {
    double total[AHEAD_HOURS + 1]; /* [f]: spent in the next f hours; [0] is 0 */
};

/* Hours until the path has spent each of `count` rising amounts; behind its end it goes on at its own mean. */
void path_passages(const struct path *p, const double *amounts, int count, double *ret);
