/* One payer's day: its figure, where it is cut, and the facts of a report that follow. */
#pragma once

#include "core/day_share.h"
#include "view/report/days.h"

enum { REPORT_CUTS_MAX = DAY_HOURS + 4 };

struct report_day {
    const struct report_payer *payer;
    unix_s day;
    bool is_told;               /* by the endpoint, whole */
    const struct sum_row *sum;  /* NULL: none */
    const struct use_row *uses; /* of this day */
    size_t use_count;
    const struct use_row *parts; /* what the figure is divided into by word */
    size_t part_count;
    int64_t figure_nano;
    enum report_source source;
    int64_t calls, called_nano; /* calls -1: not told */
    struct day_shape shape;
    /* Where it is cut, ascending; the first is its start, the last its end. */
    unix_s cuts[REPORT_CUTS_MAX];
    size_t cut_count;
};

/* Whether the endpoint's answer for this day could not be read; `payer` 0: nobody's. */
bool report_day_is_unread(const struct report_days *d, int64_t payer, unix_s day);

/* Whether the endpoint has told of this whole day, and its word counts. */
bool report_day_is_told(const struct report_days *d, const struct report_payer *p, unix_s day);

/* Cuts the day into hours where these are asked for, and at the ends of both periods. */
void report_day_cut(const struct report_query *q, struct report_day *day);

/* Adds the facts of a day of which the payer, the day and the stored rows are filled in. */
void report_day_add(struct report_days *d, struct report_day *day);
