/* A day of a token, from all that is stored of it, as facts of a report: one figure for the day,
 * whoever asks for it in whatever parts. */
#pragma once

#include "core/ledger.h"
#include "view/report/report.h"

/* Who can spend, as a report sees it. */
struct report_payer {
    int64_t id;
    size_t item; /* unless the report is by feature or provider */
    struct report_known known;
    unix_s known_from;
    unix_s first_seen, deleted_at, listed; /* listed: the account's first list; TIME_NONE: none */
    bool budgeted, costs_nothing;
    struct maybe_money left; /* its balance now */
    int64_t fallen_nano;     /* by so much since the end of the report */
};

/* Rows of the store, each kind in the order of token and time. */
struct sum_row {
    const struct report_payer *payer;
    unix_s at;
    int64_t spent_nano, usage_nano, topup_nano, reset_nano;
};
struct use_row {
    const struct report_payer *payer;
    unix_s day;
    size_t item; /* of the feature or provider, when the report is by these */
    int64_t cost_nano, calls;
};
struct gap_row {
    const struct report_payer *payer;
    struct entry entry;
};
struct unread_row {
    int64_t payer; /* 0: nobody's */
    unix_s day;
};

#define ROWS(kind)                                                                                 \
    struct {                                                                                       \
        struct kind *at; /* owned */                                                               \
        size_t count, room;                                                                        \
    }

/* Of some payers; they are dropped when the facts are there. */
struct report_days {
    const struct report_query *q;
    struct report *report;
    struct report_gaps *found;
    ROWS(sum_row) days, hours;
    ROWS(use_row) uses, providers;
    ROWS(gap_row) gaps;
    ROWS(unread_row) unread; /* of all payers */
    size_t rest_item;        /* by feature or provider: of what none is known of */
    bool *is_shared; /* owned; by day of the report: hours, or a part of it, are shares of a figure
                        of the whole day */
};

/* `unread` is filled in, and all else but rows and is_shared. */
void report_days_begin(struct report_days *d);
/* Adds the facts of all days of some payers, of whom there is every row, and which days are not
 * known. Rows of one time are summed up. */
void report_days_add(struct report_days *d, const struct report_payer *payers, size_t payer_count);
void report_days_done(struct report_days *d);

#define REPORT_NEW_ROW(rows)                                                                       \
    ((rows).at = xgrown((rows).at, (rows).count, &(rows).room, sizeof *(rows).at),                 \
     &(rows).at[(rows).count++])
