/* The parts of the HTML report; each writes itself into the page. */
#pragma once

#include "view/report/report.h"

enum {
    PAGE_SERIES = 7, /* colours for groups; the rest shares one more */
    PAGE_ROWS = 50,  /* groups by name */
};

/* What a page is made of. */
struct page {
    const struct report_query *q;
    struct text *out;
    bool links; /* names lead to the pages of their tokens */
    struct loaded_report totals,
        series;             /* by the dimension asked for: as a whole, and in buckets */
    enum period_length per; /* of series */
    unix_s first;           /* the first bucket */
    size_t bucket_count;
    size_t shown;               /* groups that have a row of their own, the first of `totals` */
    int64_t *spent_nano;        /* owned; of these x bucket */
    int64_t *all_nano;          /* owned; of all, by bucket, what is below zero left out */
    struct store *moment;       /* whose moment is held; NULL: none yet */
    struct report_run *run;     /* of the step under way */
    struct page_spread *spread; /* owned */
    struct report_chart *chart; /* owned */
    size_t step;                /* the next one */
};

/* A page about `q`, which is borrowed, in slices of a few milliseconds, all of one moment:
 * page_step until there is no more, then page_done, also after a failure. Head, legend and foot are
 * the caller's. As for a report_run, no client is to be waited for meanwhile. FAULT_REJECT: sums
 * too large, or no token is left. */
void page_init(struct page *p, const struct report_query *q, struct text *out);
MUST_CHECK bool page_step(struct store *s, struct page *p, bool *ret_more, struct fault *why);
void page_done(struct page *p);

void page_scope(struct page *p); /* in words: which period, by what, of whom */
void page_head(struct page *p);
void page_tiles(struct page *p);
void page_notes(struct page *p);
/* The picture, some columns in each step; false: it is whole. */
bool page_chart(struct page *p);
void page_chart_done(struct page *p);
void page_ranking(struct page *p);
/* Bars of another dimension; nothing when there is nothing to tell. */
void page_panel(struct page *p, const struct loaded_report *l, enum report_by by);
void page_legend(struct page *p);
void page_foot(struct page *p);

/* What the group of this rank spent in each bucket. */
const int64_t *page_series_of(const struct page *p, size_t rank);
