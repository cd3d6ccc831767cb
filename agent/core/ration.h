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
    unix_s origin;  /* of the curve that it has; TIME_NONE: none yet */
    size_t token;   /* its place in the fleet */
};

/* The claims of a fleet, in the order in which they are served. */
struct ration {
    struct claim *at; /* owned */
    size_t count, next, room;
};

/* What the fleet claims now, the most urgent first; of equal ones the earlier in the fleet. Claims that were left are
 * forgotten: who still needs a forecast claims it again, more urgently. */
void ration_fill(struct ration *r, const struct fleet *f, unix_s now);

/* Of the claims that are left those for a first curve go first, then those with the oldest one, however urgent: so
 * nobody who burns fast and claims again after every poll keeps another without a curve, or with an old one. */
void ration_oldest_first(struct ration *r);

/* The one whose turn it is, from the fleet that claimed, unchanged since; NULL: none is left. */
struct token *ration_next(struct ration *r, const struct fleet *f);

size_t ration_left(const struct ration *r);
void ration_done(struct ration *r); /* leaves an empty one */

/* 0: the curve that it has will do, or none can be made of what is known. */
double ration_urgency(const struct token *t, unix_s now);
