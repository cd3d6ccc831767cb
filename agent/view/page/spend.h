/* The page about spend: the report that a form asks for. */
#pragma once

#include "view/page/page.h"
#include "view/report/question.h"

/* What the address says, as the rows below name it; NULL or "": not given. Borrowed. */
struct spend_question {
    const char *asked[REPORT_OPTIONS];
};
extern const struct option_row spend_rows[REPORT_OPTIONS];

/* In pieces, as the overview: page.h. A question that cannot be answered is answered by a page that
 * says why. */
struct spend;
MUST_CHECK bool page_spend_begin(const struct page_source *from, const struct spend_question *q,
                                 struct spend **ret, struct fault *why);
MUST_CHECK bool page_spend_next(struct spend *s, struct writer *w, bool *ret_more,
                                struct fault *why);
void page_spend_end(struct spend *s); /* accepts NULL */

/* The rows of the report into a writer of any format. FAULT_REJECT: it cannot be asked so. */
MUST_CHECK bool page_spend_rows(const struct page_source *from, const struct spend_question *q,
                                struct writer *w, struct fault *why);
