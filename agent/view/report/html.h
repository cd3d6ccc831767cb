/* The parts of the HTML report; each writes itself into the page. */
#pragma once

#include "view/report/report.h"

enum { PAGE_SERIES = 7 /* colours for groups; the rest shares one more */ };

/* What a page is made of. */
struct page {
    const struct report_query *q;
    struct text *out;
    struct loaded_report totals,
        series;             /* by the dimension asked for: as a whole, and in buckets */
    enum period_length per; /* of series */
    unix_s first;           /* the first bucket */
    size_t bucket_count;
    int64_t *spent_nano; /* owned; of group of `series` x bucket */
};

/* Dollars for people, with commas: "$1,234.56". */
void page_money(struct text *out, int64_t nano);

void page_head(struct page *p);
void page_tiles(struct page *p);
void page_notes(struct page *p);
void page_chart(struct page *p);
void page_ranking(struct page *p);
/* Bars of another dimension; nothing when there is nothing to tell. */
void page_panel(struct page *p, const struct loaded_report *l, enum report_by by);
void page_foot(struct page *p);

/* What a group of `series` spent in each bucket; NULL when it is not there. */
const int64_t *page_series_of(const struct page *p, const struct report_label *label);
