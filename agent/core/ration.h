/* Which tokens deserve a full forecast now, and in which order.
 *
 * One takes about a millisecond and there may be 10,000 tokens, so it is made when it can say something new: the
 * balance moved by a share of what is left, money came or the budget was edited, or the last one has grown old for
 * the time that it speaks of. Between two, the last one is read for the new balance. Pure. */
#pragma once

#include "core/fleet.h"

/* A token that wants a full forecast. */
struct claim {
    double urgency; /* > 0; the larger, the sooner */
    size_t token;   /* its place in the fleet */
};

/* 0: the curve that it has will do, or none can be made of what is known. */
double ration_urgency(const struct token *t, unix_s now);

/* Brings the most urgent to the front, in their order, no more than `most`; returns how many. Of equal ones the
 * earlier in the fleet comes first. */
size_t ration_pick(struct claim *claims, size_t count, size_t most);
