/* Lists, whole or by pages, through either door: which tokens are on it, in which order, and the
 * links between its pages. */
#pragma once

#include "sim/routes.h"

/* The tokens of a list, oldest or newest first; an owned array (free). A fault may hide some. */
struct sim_token **listing_of(const struct call *c, bool with_revoked, size_t *ret_count);

/* A page of rows that count from 0. A fault may shift it, as if the list had changed before it. */
struct list_page {
    size_t at;           /* the row that was asked for */
    size_t first, count; /* the rows that are on it */
    size_t total;        /* as told */
    size_t limit;
    bool more;     /* there are rows after it */
    bool numbered; /* asked for by ?page=N, as opposed to ?limit=&offset= */
};

/* Reads limit and offset, or answers what is wrong with them. */
bool listing_page(const struct call *c, size_t total, struct list_page *ret_page,
                  struct sim_answer *ret);

/* Reads ?page=N of pages of `limit` rows, or answers that there is none. */
bool listing_page_numbered(const struct call *c, size_t limit, size_t total,
                           struct list_page *ret_page, struct sim_answer *ret);

void listing_begin(struct text *out); /* up to the first row */
void listing_end(struct text *out, const struct call *c, const struct list_page *page);
