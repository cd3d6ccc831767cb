/* Whether an account can be read. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"

struct agent;
struct account;

void watch_open(struct agent *a, struct account *account);
void watch_begin(struct account *account, unix_s now, mono_ms mono); /* a poll starts */
/* Takes the result of a poll into account; within its transaction, after all that it found out. */
MUST_CHECK bool watch_poll(struct agent *a, struct account *account, unix_s at, struct fault *why);
/* Time alone: in a transaction of its own when something moved. */
MUST_CHECK bool watch_turn(struct agent *a, struct account *account, unix_s now, struct fault *why);
