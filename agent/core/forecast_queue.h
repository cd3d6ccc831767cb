/* Which tokens deserve a full forecast now, and in which order.
 *
 * One takes a fraction of a millisecond and there may be 10,000 tokens, so it is made when it can
 * say something new: the balance moved by a share of what is left, money came or the budget was
 * edited, what is left is another amount than it was made near, or the last one has grown old for
 * the time that it speaks of. Between two, the last one is read for the new balance. Pure. */
#pragma once

#include "core/token_set.h"

/* A token that wants a full forecast. */
struct claim {
    double urgency; /* > 0; the larger, the sooner */
    unix_s origin;  /* of the curve that it has; TIME_NONE: none yet */
    size_t token;   /* its place in the set */
};

/* The claims of a set, in the order in which they are served. */
struct forecast_queue {
    struct claim *at; /* owned */
    size_t count, next, room;
};

/* Filled one at a time: an empty queue; who claims what, whose place in its set is `place`; and
 * then the most urgent first, of equal ones the earlier in the set. Claims that were left are
 * forgotten: who still needs a forecast claims it again, more urgently. */
void forecast_queue_begin(struct forecast_queue *r);
void forecast_queue_add(struct forecast_queue *r, const struct token *t, size_t place, unix_s now);
void forecast_queue_urgent_first(struct forecast_queue *r);

/* Of the claims that are left those for a first curve go first, then those with the oldest one,
 * however urgent: so nobody who burns fast and claims again after every poll keeps another without
 * a curve, or with an old one. */
void forecast_queue_oldest_first(struct forecast_queue *r);

/* The one whose turn it is, from the set that claimed, unchanged since; NULL: none is left. */
struct token *forecast_queue_next(struct forecast_queue *r, const struct token_set *f);

size_t forecast_queue_left(const struct forecast_queue *r);
void forecast_queue_done(struct forecast_queue *r); /* leaves an empty one */

/* What its curve is read for: the balance, or the account's credits where these are less. */
double forecast_queue_amount(const struct token *t);

/* 0: the curve that it has will do, or none can be made of what is known. */
double forecast_queue_urgency(const struct token *t, unix_s now);
