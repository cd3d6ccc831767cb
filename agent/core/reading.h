/* What one answer of the API says about one token. Secrets never get here. */
#pragma once

#include <string.h>

#include "base/clock.h"
#include "base/money.h"

enum {
    NAME_CHARACTERS_MAX = 200,
    NAME_BYTES_MAX = 4 * NAME_CHARACTERS_MAX, /* of UTF-8 */
    TYPE_BYTES = 32,
};

/* As the API names them; a period that this version does not know is kept as RESET_OTHER. */
enum reset_period { RESET_NONE, RESET_DAILY, RESET_WEEKLY, RESET_MONTHLY, RESET_OTHER };

struct reading {
    const char *name;           /* terminated; borrowed from the list that holds the reading */
    char type[TYPE_BYTES];      /* "api_token", "sandbox_api_token" or what the future brings */
    struct maybe_money balance; /* unknown: the API said null */
    bool budgeted;  /* active_balance: calls deduct from the balance, zero stops the token */
    unix_s expires; /* TIME_NONE: never */
    enum reset_period period;
    struct maybe_money reset_amount; /* known unless period is RESET_NONE or the API left it out */
};

/* A sandbox: its calls cost nothing. */
static inline bool reading_is_free(const struct reading *r)
{
    return strcmp(r->type, "sandbox_api_token") == 0;
}
