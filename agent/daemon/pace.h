/* When an account is polled next. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "core/plan.h"
#include "core/schedule.h"

struct agent;
struct account;

/* The first poll is due after `delay_ms`. */
void pace_start(struct agent *a, struct account *account, int64_t delay_ms);
/* Goes on where the last process, or the last configuration, stopped: a wait that the API asked
 * for, or that failures brought about, outlives both. Not when there is reason to think that it
 * would work now: another URL, a newer key. */
MUST_CHECK bool pace_resume(struct agent *a, struct account *account, struct fault *why);
void pace_hurry(struct account *account); /* the account is due, whatever was planned */
/* Once no poll was good for so long that readings are stale: reports that, in a transaction of its
 * own, poll or not. */
MUST_CHECK bool pace_age(struct agent *a, struct account *account, unix_s now, struct fault *why);
/* Something was spent that no poll of the list shows: the account is not idle. */
void pace_moved(struct account *account);
/* A reading that no poll of the list brought is to be read again. */
void pace_confirm(struct account *account);
/* When the next poll is, and why then. */
struct pace {
    struct moment booked;
    struct schedule schedule;
    struct outlook outlook;
};
/* Books the poll that is over, after all that it found out. */
void pace_plan(struct agent *a, const struct account *account, const struct plan *p,
               struct pace *ret);
/* Within the poll's transaction. */
MUST_CHECK bool pace_store(struct agent *a, const struct account *account, const struct pace *pace,
                           struct fault *why);
/* Also of a poll that could not be stored: rather poll as it asks than too late. */
void pace_adopt(struct account *account, const struct pace *pace);
/* While a key is refused, looks every few seconds whether its file has another one. Once there is
 * one, whatever call found it out, the account is due. */
void pace_watch_key(struct account *account, mono_ms now);
/* When the account wants to go on: its next poll, or a page that waits for the budget. MONO_NEVER:
 * at an answer. */
mono_ms pace_due(const struct account *account);
