/* A curve as bytes, so that it can be kept: the one that the daemon reads is the one that every
 * command reads, and a start goes on with it. The bytes are the same on every machine. */
#pragma once

#include "base/span.h"
#include "core/forecast/curve.h"

enum {
    CURVE_OF_TIMES_BYTES = 8 + 1 + 2 * (CURVE_POINTS * LEVELS_ASKED + 2 * CURVE_NEAR_POINTS),
    CURVE_BYTES = CURVE_OF_TIMES_BYTES + 8 + 2 * (CURVE_NEAR_POINTS + 1) + 1,
};

/* Unit, rung, points and the odds before a reset; origin, history and what was spent since are
 * columns of their own. */
void curve_pack(const struct curve *c, unsigned char ret[CURVE_BYTES]);

/* Fills unit, rung and points. False, and `ret` as it was, when these are no bytes of a curve:
 * another length, a number that is none, a time that falls where it must rise. Older versions kept
 * no odds, or times of all amounts; of these it takes what is near `nano`. */
MUST_CHECK bool curve_unpack(struct span bytes, double nano, struct curve *ret);
