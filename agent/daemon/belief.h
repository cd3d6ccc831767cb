/* What a reading does to the books. */
#pragma once

#include "api/collect.h"
#include "core/token_set.h"

struct agent;
struct account;
struct observation;

/* Moves a known series to its new reading, and stores what that means; or holds it, and stores
 * that. */
MUST_CHECK bool belief_take(struct agent *a, struct account *account, const struct observation *s,
                            unix_s at, struct fault *why);
/* The series was in an answer, whether its reading moved or not. */
MUST_CHECK bool belief_seen(struct agent *a, struct token *t, unix_s at, struct fault *why);
/* After the commit: logs what is held since `at`. */
void belief_tell(const struct account *account, const struct token_set *f, unix_s at);
/* Whether a reading of a fleet is held. */
bool belief_waits(const struct token_set *f);
