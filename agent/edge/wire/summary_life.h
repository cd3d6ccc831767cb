/* The lines about what is no single value of a single token: accounts that cannot be read, digests,
 * and tokens that go and return. */
#pragma once

#include "edge/wire.h"

void summary_add_outage(const struct alert_event *e, struct text *out); /* e->outage is there */
void summary_add_digest(const struct alert_event *e, struct text *out); /* e->digest is there */
void summary_add_life(const struct alert_event *e,
                      struct text *out); /* TRANSITION_DELETED or _RETURNED */

/* In summary.c: "6h 10m", "6h"; and an amount, a percentage or an estimated time. */
void summary_add_duration(int64_t seconds, struct text *out);
void summary_add_quantity(enum rule_unit unit, int64_t value, int64_t threshold, struct text *out);
