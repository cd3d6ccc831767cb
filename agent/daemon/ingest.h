/* A poll that is over: plan, commit, adopt. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"

struct agent;
struct account;

/* Takes the account's poll through ledger, burn, forecast and rules into the store. On failure
 * nothing is stored; with FAULT_RETRY it was judged in memory. */
MUST_CHECK bool ingest(struct agent *a, struct account *account, unix_s now, struct fault *why);
/* Judges tokens and credits when only time has passed. */
MUST_CHECK bool ingest_time(struct agent *a, struct account *account, unix_s now,
                            struct fault *why);
