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

struct sim_page; /* one payer: a key, or the main key */

struct books {
    struct sim_page **pages; /* in the order of their first purchase */
    size_t page_count, page_room;
    struct index words; /* every feature, provider and user once */
};

struct sim_page *books_open(struct books *b, const char *payer); /* the books' own */
void books_rename(struct sim_page *page, const char *payer);
void books_record(struct books *b, struct sim_page *page, unix_s at, const struct purchase *bought);
void books_done(struct books *b);

enum consumption_step { STEP_DAY = 1, STEP_WEEK, STEP_MONTH, STEP_YEAR };

/* NULL filters let everything pass. Days count from 1970-01-01; both ends belong to the interval.
 */
struct consumption_query {
    int64_t first_day, last_day;
    enum consumption_step step;
    const struct sim_page *page; /* one key, by what it is */
    const char *payer, *provider, *feature, *subfeature, *user;
    bool nothing; /* what is asked for cannot be there */
    bool by_user;
    bool by_key; /* keys of one name are told apart */
};

/* Adds an array of rows as the API writes them, by payer, or by payer and user: costs are binary
 * floating point, noise in the last bit. */
void books_render(const struct books *b, const struct consumption_query *q, struct text *out);

/* Adds an array of each user's total. */
void books_render_users(const struct books *b, const struct consumption_query *q, struct text *out);
