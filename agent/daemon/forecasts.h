/* What a fleet has to expect. */
#pragma once

#include "core/token_set.h"

struct agent;
struct account;

/* Takes an entry to the token's curve and promises. */
void forecasts_entry(struct token *t, const struct entry *e);
/* Consumption from `since` on was taken back: so is what it did to the token's curve, promises and
 * scores. */
MUST_CHECK bool forecasts_take_back(struct agent *a, struct account *account, struct token *t,
                                    unix_s since, struct fault *why);
/* How good the forecasts of an account have been. */
MUST_CHECK bool forecasts_record(struct agent *a, struct account *account, struct fault *why);
/* Makes full forecasts where they matter most, as many as a poll may take, and reads every token's.
 */
MUST_CHECK bool forecasts_refresh(struct agent *a, struct account *account, struct token_set *fleet,
                                  unix_s now, struct fault *why);
/* The earlier of `next_due`, when something else is due, and of the next slice, if one fits in
 * before. */
mono_ms forecasts_deadline(const struct agent *a, mono_ms now, mono_ms next_due);
/* For an idle moment: makes some of the full forecasts that the polls left, if that is over before
 * `next_due`. Writes nothing: the next poll tells what they say. */
MUST_CHECK bool forecasts_slice(struct agent *a, mono_ms next_due, struct fault *why);
