/* Full forecasts of an account's tokens, as many as there is time for. */
#pragma once

#include "core/plan.h"

struct agent;
struct account;

/* Makes full forecasts for the plan where they matter most, as many as a poll may take; the rest
 * are made between polls. */
void forecasts_make(struct agent *a, struct account *account, struct plan *p, enum plan_set set);
/* The earlier of `next_due`, when something else is due, and of the next slice, if one fits in
 * before. */
mono_ms forecasts_deadline(const struct agent *a, mono_ms now, mono_ms next_due);
/* For an idle moment: makes some of the full forecasts that the polls left, if that is over before
 * `next_due`. Writes nothing: the next poll reports what they say. */
MUST_CHECK bool forecasts_slice(struct agent *a, mono_ms next_due, struct fault *why);
