/* What one alert transition is, and the one line about it that people read on a phone at night: how
 * bad, which token, what is left, how long it lasts. It says nothing that the numbers do not:
 * rounding never hides that a threshold was crossed, a runway is rounded down, and names are made
 * safe for a terminal. Pure. */
#pragma once

#include "base/text.h"
#include "core/credits.h"
#include "core/token_set.h"

/* Why and for how long an account's list could not be read. All borrowed. */
struct outage {
    unix_s since;       /* there was no list to believe from then on */
    const char *reason; /* for people: what the last try said */
    const char *empty;  /* the token, or "the credits", that is empty since by its last forecast;
                           NULL: none */
    unix_s empty_at;
};

/* One alert that held already when its rule was new. All borrowed. */
struct found_alert {
    const struct token *token;
    const struct alert *alert;
    struct transition transition;
    size_t rule; /* its place in the set of rules */
    bool above;  /* what is worse is higher */
};

/* Those of one rule, the worst first. */
struct digest {
    const struct found_alert *at;
    size_t count;
};

enum { DIGEST_NAMED = 5 }; /* of the worst, by name */

/* What one alert transition is, for the event payload and the retained alert topic. All borrowed.
 */
struct alert_event {
    const char *id; /* stable: the same transition always has the same one */
    const char *account;
    const struct token *token;
    const struct rule *rule;
    const struct alert *alert;
    struct transition transition;
    unix_s at;
    enum credits_source credits; /* who says what is left on the account */
    const char *reason;          /* NULL, or why there is no value: "the token was deleted" */
    bool gone; /* nothing stands behind the alert's topic any more: it is cleared */
    const struct outage *outage; /* of an account's own alerts; else NULL */
    const struct digest
        *digest; /* the event is about all of these, and `token` is the account; else NULL */
};

/* Whether its figures rest on what is left on the account: it is about the credits, or about a
 * token that they limit. */
bool alert_event_rests_on_credits(const struct alert_event *e);

/* One line for people, safe for a terminal: "warning: prod-billing has 9.80 USD left (below 10.00
 * USD), empty in about 6h 10m (3h to 12h)", "resolved: prod-billing has 50.00 USD again (was
 * critical, below 2.00 USD)". Where it rests on credits that are an estimate, it says so. */
void alert_event_summary(const struct alert_event *e, struct text *out);

/* What stands now of an alert that fires, for people who see level, token and rule beside it:
 * "has 9.80 USD left (below 10.00 USD), empty in about 6h 10m (3h to 12h)"; where the value is back
 * beyond the threshold but not at the end, "has 10.50 USD left (below 10.00 USD, ends at 12.00
 * USD)". The transition of `e` has no kind: it is the value of now. */
void alert_event_standing(const struct alert_event *e, struct text *out);
