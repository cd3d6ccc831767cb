/* Rules -> transitions -> events, inside the caller's transaction. */
#pragma once

#include "core/token_set.h"
#include "edge/wire.h"

struct agent;
struct account;

/* Steps every rule for one series. What a rule that is new here finds waits for
 * alerts_report_findings. */
MUST_CHECK bool alerts_step(struct agent *a, struct account *account, struct token *t, unix_s at,
                            struct fault *why);
MUST_CHECK bool alerts_report_findings(struct agent *a, struct account *account, unix_s at,
                                       struct fault *why);
void alerts_forget_findings(struct account *account);
/* Steps the rules about the account itself. */
MUST_CHECK bool alerts_step_account(struct agent *a, struct account *account,
                                    const struct snapshot *s, const struct outage *outage,
                                    struct fault *why);
/* Whether that would change anything. */
bool alerts_account_moves(const struct agent *a, const struct account *account,
                          const struct snapshot *s);
/* Ends every alert of one series. */
MUST_CHECK bool alerts_end(struct agent *a, struct account *account, struct token *t,
                           const char *reason, unix_s at, struct fault *why);
/* Ends the alerts whose rules are gone; `reason` NULL: it is the rule's. */
MUST_CHECK bool alerts_end_orphans(struct agent *a, struct account *account, const char *reason,
                                   unix_s at, struct fault *why);
/* Ends all that is published of a token, with an event of its own; the row is the caller's to
 * delete. */
MUST_CHECK bool alerts_token_deleted(struct agent *a, struct account *account, struct token *t,
                                     unix_s at, struct fault *why);
MUST_CHECK bool alerts_token_returned(struct agent *a, struct account *account, struct token *t,
                                      unix_s at, struct fault *why);
const struct token *alerts_find_series(struct account *account,
                                       int64_t id); /* NULL: there is none */
