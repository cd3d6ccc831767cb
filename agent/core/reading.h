/* What one answer of the API says about one token. Secrets never get here. */
#pragma once

#include <string.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/span.h"

enum {
    NAME_CHARACTERS_MAX = 200,                /* of any dialect */
    NAME_BYTES_MAX = 4 * NAME_CHARACTERS_MAX, /* of UTF-8 */
    TYPE_BYTES = 32,
};

/* Types in Ebb's own words, which are those of rules, of the fleet file and of what is stored. A
 * dialect puts its own into them; one that nobody knows yet stays as the API has it. */
#define TYPE_ORDINARY "api_token"
#define TYPE_FREE "sandbox_api_token" /* a sandbox: its calls cost nothing */

/* When a budget is reset, the calendar included: midnights are those of Paris (core/calendar.h). A
 * dialect says which of these its periods are; one whose budgets are reset by another calendar adds
 * its own here. A period that this version does not know is kept as RESET_OTHER. */
enum reset_period { RESET_NONE, RESET_DAILY, RESET_WEEKLY, RESET_MONTHLY, RESET_OTHER };

struct reading {
    const char *name;           /* terminated; borrowed from the list that holds the reading */
    char type[TYPE_BYTES];      /* TYPE_ORDINARY, TYPE_FREE or what the future brings */
    struct maybe_money balance; /* unknown: the API said null */
    bool budgeted;  /* active_balance: calls deduct from the balance, zero stops the token */
    unix_s expires; /* TIME_NONE: never */
    enum reset_period period;
    bool reset_untold; /* the API does not say whether, when and to what the balance is reset */
    struct maybe_money reset_amount; /* known unless period is RESET_NONE or the API left it out */
};

static inline bool type_is_free(struct span type)
{
    return span_is(type, TYPE_FREE);
}

static inline bool reading_is_free(const struct reading *r)
{
    return type_is_free(span_of(r->type));
}

/* Whether a reading, or a list, taken at `at` (TIME_NONE: never) is too old at `now`. */
static inline bool stamp_is_stale(unix_s at, int64_t stale_after_s, unix_s now)
{
    return at == TIME_NONE || seconds_between(at, now) > stale_after_s;
}
