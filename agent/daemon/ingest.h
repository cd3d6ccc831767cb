/* A poll that is over: plan, commit, adopt. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"

struct agent;
struct account;

/* Takes the account's poll, which ended `now`, through ledger, burn, forecast and rules into the
 * store. Of a long list's newcomers it takes some, and the next ones with each further call, until
 * the poll has no more: ingest_goes_on; meanwhile nobody else may change what is known of the
 * account's tokens. On failure nothing of the call is stored; with FAULT_RETRY it was judged in
 * memory. */
MUST_CHECK bool ingest(struct agent *a, struct account *account, unix_s now, struct fault *why);
bool ingest_goes_on(const struct account *account);
/* Judges tokens and credits when only time has passed. */
MUST_CHECK bool ingest_time(struct agent *a, struct account *account, unix_s now,
                            struct fault *why);
