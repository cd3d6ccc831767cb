/* What Ebb publishes: topics, payloads, and whether they are news. */
#pragma once

#include "core/plan.h"
#include "edge/wire.h"

struct agent;
struct account;

#define CREDITS_TOPIC "credits/state" /* of an account */

/* The state of the account after its poll is news: from memory, once that is stored or cannot be.
 */
void announce_account(struct agent *a, struct account *account, unix_s at);
/* What the states say now, added to `out`. */
void announce_encode_token(const struct account *account, const struct token *t, struct text *out);
void announce_encode_account(const struct agent *a, const struct account *account,
                             struct text *out);
/* An event, on its topic. */
MUST_CHECK bool announce_event(struct agent *a, const struct account *account,
                               const struct alert_event *e, struct fault *why);
/* The retained state of its alert; cleared when nothing stands behind it any more. */
MUST_CHECK bool announce_alert(struct agent *a, const struct account *account,
                               const struct alert_event *e, struct fault *why);
/* Clears every topic of a token that is gone; within a transaction, like the two before. */
MUST_CHECK bool announce_no_token(struct agent *a, const struct account *account,
                                  const struct token *t, struct fault *why);
/* The topics, in place of what `out` had. */
void announce_account_topic(const struct agent *a, const struct account *account, const char *rest,
                            struct text *out);
void announce_token_topic(const struct agent *a, const struct account *account,
                          const struct token *t, struct text *out);
void announce_alert_topic(const struct agent *a, const struct account *account, const char *rule,
                          const struct token *t, struct text *out);
