/* Who can spend, as a report asks: loaded in slices, then sorted by name, for so are groups
 * numbered. */
#pragma once

#include "base/intern.h"
#include "base/sorting.h"
#include "view/report/days.h"

struct payer_name; /* what a group is called by */
struct payer_account;

struct report_payers {
    const struct report_query *q;
    struct report_payer *at;        /* owned; by id once all are there */
    struct payer_name *names;       /* owned; of each */
    struct payer_account *accounts; /* owned */
    size_t count, room, name_room, account_count;
    const struct payer_name **order; /* owned; of `names`, by name */
    struct sorting sorting;
    int64_t last_id;   /* of those that were looked at */
    unix_s usage_from; /* the latest of all payers */
    size_t grouped;    /* of `order`, that have a group */
};

/* Some more. *ret_more false: all are there. `to` takes why consumption is not told. */
MUST_CHECK bool report_payers_load(struct report_payers *p, struct store *s,
                                   struct loaded_report *to, bool *ret_more, struct fault *why);
/* False: they are in order. */
bool report_payers_sort(struct report_payers *p);
/* An item for each of some of them, in the group that it belongs to. False: all have one. */
bool report_payers_group(struct report_payers *p, struct loaded_report *to, struct intern *names);
void report_payers_done(struct report_payers *p);
