/* What somebody wants a token to be: the fields that were named, and nothing about the others.
 *
 * One shape for the command line, the fleet file, a successor and the body of a request. */
#pragma once

#include "base/text.h"
#include "core/reading.h"

/* What can be wished for, in the order in which people read a token. */
enum token_spec_field {
    SPEC_TYPE,
    SPEC_BUDGET,
    SPEC_BALANCE,
    SPEC_EXPIRES,
    SPEC_PERIOD,
    SPEC_AMOUNT,
    SPEC_FIELDS
};

struct token_spec {
    bool given[SPEC_FIELDS];
    struct reading wanted; /* only the given fields mean anything; `name` is not part of a wish */
};

/* What an API takes at most. */
struct token_limits {
    int amount_digits, amount_decimals; /* before and behind the point */
    int name_characters;                /* at most NAME_CHARACTERS_MAX */
};

/* An amount as an API takes it: an optional minus, digits and decimals within the limits; no
 * exponent. FAULT_REJECT: anything else, in words that follow the name of a key or an option
 * ("takes ..."). */
MUST_CHECK bool token_spec_parse_amount(struct span text, const struct token_limits *limits,
                                        struct money *ret, struct fault *why);

const char *token_spec_field_name(
    enum token_spec_field field); /* in Ebb's words: "token_type", "active_balance", ... */
bool token_spec_is_empty(const struct token_spec *w);

/* The part of a wish that a token does not fulfil. A period and its amount go together: the API
 * checks them as one. */
struct token_spec token_spec_unfulfilled(const struct token_spec *w, const struct reading *is);

/* The same without what the API does not show of a token: nobody knows whether that is fulfilled.
 */
struct token_spec token_spec_unlike(const struct token_spec *w, const struct reading *is);

/* The part of a wish that an answer to it shows as not taken over: of a balance that is being spent
 * a little may be gone already, and where no budget is wished for none need be shown. */
struct token_spec token_spec_refused(const struct token_spec *w, const struct reading *is);

/* Everything that a reading says; what is not known is not wished for. */
struct token_spec token_spec_from_reading(const struct reading *r);

/* Whether a token that exists can be changed so: each keeps its type, whatever the API. */
bool token_spec_is_possible(const struct token_spec *w);

/* Whether fulfilling the wish takes something away: less money or time, a budget where there was
 * none, a smaller allowance or none. */
bool token_spec_lowers(const struct token_spec *w, const struct reading *is);

/* One field of a reading for people: "50.00", "yes", "never", "2027-01-01T00:00:00Z"; "-" when not
 * known. Not made safe for a terminal: a type is the API's text. */
void token_spec_show(enum token_spec_field field, const struct reading *r, struct text *out);
