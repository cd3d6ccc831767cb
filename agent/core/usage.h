/* One answer of the consumption endpoint: what each payer spent on each UTC day, by feature and provider.
 *
 * Kept whole before any of it is believed. Costs are as told, to the nano-dollar; the sum of the providers may differ
 * from a feature's cost by rounding, and both are kept. */
#pragma once

#include "base/clock.h"
#include "base/money.h"
#include "core/words.h"

#define USAGE_MAIN_KEY "base_token" /* how the endpoint calls the account's main key */
#define USAGE_WHOLE UINT32_MAX      /* in place of a provider: the feature's own cost */

struct usage_line {
    unix_s day;                        /* its first second */
    uint32_t payer;                    /* of the book's payers */
    uint32_t feature, provider;        /* of its words */
    struct money cost;
    int64_t calls; /* of a whole feature; 0 for a provider */
};

struct usage_book {
    struct usage_line *lines; /* owned; payer by payer, day by day as told, a feature before its providers */
    size_t count, room;
    struct words payers; /* each has one element of the answer */
    struct words words;  /* features and providers */
};

void usage_add(struct usage_book *b, const struct usage_line *line);
void usage_done(struct usage_book *b); /* leaves an empty one */
