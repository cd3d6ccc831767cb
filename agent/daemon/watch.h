/* Whether an account can be read. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "core/plan.h"

struct agent;
struct account;

void watch_open(struct agent *a, struct account *account);
void watch_begin(struct account *account, unix_s now, mono_ms mono); /* a poll starts */
/* An outage whose reason is its own. */
struct outage_words {
    struct outage outage;
    char reason[sizeof((struct fault *)0)->text];
};
/* Takes the result of a poll into account, after all that it found out; what the plan then says of
 * the account borrows from `ret`. */
void watch_poll(struct account *account, struct plan *p, struct outage_words *ret);
/* With the last newcomers of a long list: what is known of all tokens now. */
void watch_list_end(struct account *account, const struct plan *p);
/* Time alone: in a transaction of its own when something moved. */
MUST_CHECK bool watch_turn(struct agent *a, struct account *account, unix_s now, struct fault *why);
