/* What was bought: exact nano-dollars by payer, day (UTC), feature, provider and user. Never
 * forgets a payer. */
#pragma once

#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"
#include "sim/index.h"

#define BASE_TOKEN "base_token" /* how consumption names the account's main key */

struct purchase {
    struct money cost;
    unsigned calls;
    const char *feature, *provider, *user; /* user: "" when not named */
};

struct sim_page; /* one payer */

struct books {
    struct sim_page **pages; /* in the order of their first purchase */
    size_t page_count, page_room;
    struct index by_payer;
    struct index words; /* every feature, provider and user once */
};

void books_record(struct books *b, const char *payer, unix_s at, const struct purchase *bought);
void books_done(struct books *b);

enum consumption_step { STEP_DAY = 1, STEP_WEEK, STEP_MONTH, STEP_YEAR };

/* NULL filters let everything pass. Days count from 1970-01-01; both ends belong to the interval.
 */
struct consumption_query {
    int64_t first_day, last_day;
    enum consumption_step step;
    const char *payer, *provider, *subfeature, *user;
    bool by_user;
};

/* Adds {"response": [...]} as the API writes it: costs are binary floating point, noise in the last
 * bit. */
void books_render(const struct books *b, const struct consumption_query *q, struct text *out);
