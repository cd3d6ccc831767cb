/* The arithmetic of reports: amounts booked under items and times become rows, sums, shares and
 * comparisons.
 *
 * An item is what one amount belongs to: a token, or the use of a feature by a token. A group is
 * what is asked about: a token, an environment, a provider; every item is in one group. A bucket is
 * an hour, a day, a week, a month or the whole. All sums are exact: what does not fit into 64 bits
 * (9.2 billion USD) is refused, never wrapped.
 *
 * A prepaid token spends what it was given and no more, so of no budget more than 100 % is used:
 * where more was spent than the budget as it is set now allows, it was given that much. */
#pragma once

#include "base/fault.h"
#include "core/ratio.h"

/* Which source is reported. */
enum report_choice { REPORT_AUTO, REPORT_ENDPOINT, REPORT_BALANCE };
#define REPORT_CHOICES "auto|endpoint|balance" /* in the order of enum report_choice */

/* The days for which an account's consumption is known; usage_from TIME_NONE: none. */
struct report_known {
    unix_s usage_from, usage_at;
};

/* Whether the endpoint covers a day (its first second): one that it was asked about after its
 * end. Until then balances know more. */
bool report_endpoint_tells(const struct report_known *k, unix_s day);

/* Where a figure comes from. */
enum report_source {
    REPORT_FROM_NOTHING = 0,
    REPORT_FROM_ENDPOINT = 1, /* consumption as the API reports it */
    REPORT_FROM_BALANCE = 2,  /* the falls of balances */
    REPORT_MIXED = 3,
};
const char *report_source_name(
    enum report_source source); /* "endpoint", "balance", "mixed"; "" for nothing */

/* An amount at a time. */
struct report_fact {
    size_t item;
    unix_s at;
    int64_t spent_nano, topup_nano, reset_nano;
    int64_t calls;             /* -1: not reported */
    enum report_source source; /* of spent_nano */
    int64_t called_nano;       /* the part of spent_nano that these calls cost */
    int64_t gap_nano; /* the part of it that was spent nobody knows when: spread over a gap */
};

/* A sum of facts. */
struct report_sum {
    int64_t spent_nano, topup_nano, reset_nano;
    int64_t calls;       /* meaningful when calls_told */
    int64_t called_nano; /* the part of spent_nano that was reported with calls */
    int64_t gap_nano;
    bool calls_told;
    enum report_source source;
};

/* One line: a group in a bucket. */
struct report_row {
    size_t group;
    struct period during; /* the bucket, cut to the period of the report */
    unix_s bucket;        /* its start, also when that is before the report's */
    struct report_sum sum;
    bool budget_known;
    int64_t budget_nano,
        budget_spent_nano; /* what its budgets allow; what was spent by those that have one */
    bool before_known;
    int64_t before_nano;  /* spent in the bucket before, or, in a total, in the period before */
    int64_t unknown_days; /* of those that `during` touches: what was spent then is not known, or
                             not all of it */
};

/* What an item may spend. */
struct report_budget {
    struct allowance allowance;
    struct maybe_money left; /* its balance at the end of the report */
};

#define REPORT_EVERY_GROUP SIZE_MAX
#define REPORT_NO_GROUP (SIZE_MAX - 1)

struct report {
    enum period_length per;
    struct period during, before;
    struct report_item *items;   /* owned */
    struct report_group *groups; /* owned */
    size_t item_count, group_count, item_room, group_room;
    size_t sum_count;        /* what is held: sums by item and bucket */
    size_t sums_max;         /* of them; 0: not limited */
    struct report_row *rows; /* owned; made by report_finish */
    size_t row_count;
    unix_s now;        /* an allowance that still runs then counts whole; INT64_MAX: all is over */
    unix_s known_from; /* the earliest of all items */
    uint8_t *unknown;  /* owned; by day: 1: of somebody, 2: of every group */
    unix_s first_day;  /* of `unknown`, and of those of groups */
    size_t day_count;
    struct report_row all;        /* the sum of all rows; `group` means nothing */
    bool overflowed;              /* a sum does not fit */
    struct report_finish *finish; /* owned; how far report_finish_step has come; NULL: not begun */
};

/* `during` is cut into buckets of `per`; `before` is what a total is compared with. */
void report_init(struct report *r, enum period_length per, const struct period *during,
                 const struct period *before);
void report_done(struct report *r);

/* A new group, whose id is returned: 0, 1, 2 and so on. */
size_t report_add_group(struct report *r);
/* A new item of a group. `known_from`: nothing before this is on record; NULL `budget`: none that
 * is known. */
size_t report_add_item(struct report *r, size_t group, unix_s known_from,
                       const struct report_budget *budget);
/* What an item with a budget has left at the end of the report. */
void report_set_left(struct report *r, size_t item, struct maybe_money left);
/* What was spent on a UTC day is not known, of a group, of each, or of nobody knows whom
 * (REPORT_NO_GROUP). */
void report_mark_unknown(struct report *r, size_t group, unix_s day);
/* Whether that is so of anybody. */
bool report_is_unknown(const struct report *r, unix_s day);
/* How many UTC days a period touches. */
int64_t report_days(const struct period *p);
size_t report_group_of(const struct report *r, size_t item);
/* Sums it up, with others of its item and bucket; what lies in neither of the two periods is left
 * out. */
void report_add_fact(struct report *r, const struct report_fact *f);
/* FAULT_REJECT: a sum does not fit, or there are more than sums_max. */
MUST_CHECK bool report_check(const struct report *r, struct fault *why);

/* Makes the rows: the group that spent the most first, each group's buckets in the order of time. A
 * group of which nothing was spent, topped up or reset in `during` has none. FAULT_REJECT: as
 * report_check. */
MUST_CHECK bool report_finish(struct report *r, struct fault *why);
/* The same in slices of about so many sums, for whoever has little time at once. *ret_more false:
 * the rows are there. */
MUST_CHECK bool report_finish_step(struct report *r, size_t most, bool *ret_more,
                                   struct fault *why);
