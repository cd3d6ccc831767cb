/* What the files of a report share. */
#pragma once

#include "core/report.h"

/* The sum of an item's facts of one bucket. */
struct report_share {
    unix_s bucket; /* of the period before: TIME_NONE */
    struct report_sum sum;
};

struct report_item {
    size_t group;
    unix_s known_from;
    bool has_budget;
    struct report_budget budget;
    int64_t spent_nano, topup_nano; /* in `during` */
    struct report_share *shares;    /* owned; by bucket */
    size_t count, room;
};

struct report_group {
    unix_s known_from; /* the latest of its items */
    int64_t spent_nano;
    bool is_told;            /* something of it lies in `during` */
    bool *unknown;           /* owned; by day; NULL: none is */
    struct report_row *rows; /* owned; by bucket; those of its items, while the rows are made */
    size_t row_count, row_room;
};

/* ---- sums.c ---- */

/* False: it does not fit. */
static inline bool report_add(int64_t *to, int64_t amount)
{
    return !__builtin_add_overflow(*to, amount, to);
}
bool report_sum_add(struct report_sum *to, const struct report_sum *more);

static inline bool period_holds(const struct period *p, unix_s at)
{
    return at >= p->since && at < p->until;
}

/* ---- budget.c ---- */

/* Adds what an item with a budget may spend, and has spent, to a row. False: it does not fit. */
bool report_budget_add(const struct report *r, struct report_row *row,
                       const struct report_item *item, int64_t spent, int64_t topup);

/* ---- report.c ---- */

/* The days of a period that are not known of a group; of anybody when it is NULL. */
int64_t report_unknown_days(const struct report *r, const struct report_group *g,
                            const struct period *p);

/* ---- finish.c ---- */

void report_finish_done(struct report *r);
