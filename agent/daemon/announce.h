/* Alerts and states -> events and messages, inside the poll's transaction. */
#pragma once

#include "core/token_set.h"
#include "edge/wire.h"

struct agent;
struct account;

/* Whether the outlook moved enough since it was told to be told again. */
bool announce_is_news(const struct token *t);
/* Whether its state was ever said to this broker; with no broker configured there is nothing to
 * say. */
MUST_CHECK bool announce_is_retained(struct agent *a, const struct account *account,
                                     struct token *t, bool *ret, struct fault *why);
MUST_CHECK bool announce_token(struct agent *a, struct account *account, struct token *t, unix_s at,
                               struct fault *why);
MUST_CHECK bool announce_account(struct agent *a, struct account *account, unix_s at,
                                 struct fault *why);
/* An event, on its topic. */
MUST_CHECK bool announce_event(struct agent *a, const struct account *account,
                               const struct alert_event *e, struct fault *why);
/* The retained state of its alert; cleared when nothing stands behind it any more. */
MUST_CHECK bool announce_alert(struct agent *a, const struct account *account,
                               const struct alert_event *e, struct fault *why);
/* Clears every topic of a token that is gone. */
MUST_CHECK bool announce_no_token(struct agent *a, const struct account *account,
                                  const struct token *t, struct fault *why);
/* The topics, in place of what `out` had. */
void announce_account_topic(const struct agent *a, const struct account *account, const char *rest,
                            struct text *out);
void announce_token_topic(const struct agent *a, const struct account *account,
                          const struct token *t, struct text *out);
void announce_alert_topic(const struct agent *a, const struct account *account, const char *rule,
                          const struct token *t, struct text *out);
