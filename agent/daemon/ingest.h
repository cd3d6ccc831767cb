/* A finished poll -> one transaction. */
#pragma once

#include "core/token_set.h"

struct agent;
struct account;

/* Takes the account's poll through ledger, burn, forecast and rules into the store. On failure
 * nothing is stored; with FAULT_RETRY it was judged in memory. */
MUST_CHECK bool ingest(struct agent *a, struct account *account, unix_s now, struct fault *why);
/* Adds to a fleet of the account's what was never seen before: `seen` has its name, slug, series
 * and reading. */
MUST_CHECK bool ingest_newcomer(struct agent *a, struct account *account, struct token_set *f,
                                const struct token *seen, unix_s at, struct fault *why);
/* Forecast, rules, and what is worth telling, for each series of a fleet of the account's. */
MUST_CHECK bool ingest_outlook(struct agent *a, struct account *account, struct token_set *f,
                               unix_s at, struct fault *why);
