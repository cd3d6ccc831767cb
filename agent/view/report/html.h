/* The parts of the HTML report; each writes itself into the page. */
#pragma once

#include "view/report/report.h"

enum { PAGE_SERIES = 7 /* colours for groups; the rest shares one more */ };

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
    size_t step;         /* the next one */
    int64_t *spent_nano; /* owned; of group of `series` x bucket */
};

/* A page about `q`, which is borrowed, in steps, each of which reads the store once at most:
 * page_step until there is no more, then page_done, also after a failure. Head, legend and foot are
 * the caller's. FAULT_REJECT: sums too large. */
void page_init(struct page *p, const struct report_query *q, struct text *out);
MUST_CHECK bool page_step(struct store *s, struct page *p, bool *ret_more, struct fault *why);
void page_done(struct page *p);

void page_scope(struct page *p); /* in words: which period, by what, of whom */
void page_head(struct page *p);
void page_tiles(struct page *p);
void page_notes(struct page *p);
void page_chart(struct page *p);
void page_ranking(struct page *p);
/* Bars of another dimension; nothing when there is nothing to tell. */
void page_panel(struct page *p, const struct loaded_report *l, enum report_by by);
void page_legend(struct page *p);
void page_foot(struct page *p);

/* What a group of `series` spent in each bucket; NULL when it is not there. */
const int64_t *page_series_of(const struct page *p, const struct report_label *label);
