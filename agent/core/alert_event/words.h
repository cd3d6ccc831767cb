/* The phrases of rules, as sets: a kind of rule names the set that it talks with. */
#pragma once

#include "core/alert_event.h"

enum { EVENT_NAME_COLUMNS = 60 }; /* of a name, in a line */

/* All but `threshold` begin with a blank and follow the name of the token or the account. */
struct rule_words {
    void (*threshold)(const struct alert_event *e, struct text *out); /* "below 10.00 USD" */
    void (*worse)(const struct alert_event *e, struct text *out);     /* a level holds */
    void (*better)(const struct alert_event *e, struct text *out);    /* it was left for a milder */
    void (*recovering)(const struct alert_event *e, struct text *out); /* it holds only until the
                                                                          value clears it */
};

extern const struct rule_words words_of_money;
extern const struct rule_words words_of_runway;
extern const struct rule_words words_of_exhaustion;
extern const struct rule_words words_of_drift;
extern const struct rule_words words_of_outage; /* of an event with `outage` */
extern const struct rule_words words_of_key;    /* of an account */
extern const struct rule_words words_of_life;   /* of a token that ends, returns or is renamed */

void words_add_duration(int64_t seconds, struct text *out); /* "6h 10m", "6h" */
/* An amount, a percentage or an estimated time, with the decimals that tell it from `threshold`. */
void words_add_quantity(enum rule_unit unit, int64_t value, int64_t threshold, struct text *out);
