/* What an answer of the usage endpoint changes in the books; within the transaction that stores it.
 */
#pragma once

#include "core/plan.h"

struct agent;
struct account;

/* Books what it has beyond what was booked before, where no balance shows it. */
MUST_CHECK bool usage_booking_add(struct agent *a, struct account *account, struct plan *p,
                                  struct fault *why);
/* Compares its days with the balances, those that have been over for long enough. */
MUST_CHECK bool usage_booking_compare(struct agent *a, struct account *account, struct plan *p,
                                      struct fault *why);
