/* The page about spend: the report that a form asks for. */
#pragma once

#include "view/page/page.h"
#include "view/report/question.h"

/* What the address says, as the rows below name it; NULL or "": not given. Borrowed. */
struct spend_question {
    const char *asked[REPORT_OPTIONS];
};
extern const struct option_row spend_rows[REPORT_OPTIONS];

/* As `ebb report` would have it; `given` is the caller's room. FAULT_REJECT: it cannot be asked so.
 */
MUST_CHECK bool page_spend_question(const struct spend_question *q, unix_s now,
                                    struct option_value given[REPORT_OPTIONS],
                                    struct report_query *ret, struct fault *why);

/* The page, in steps as that of alerts: page.h. A question that cannot be answered is answered by a
 * page that says why. */
struct spend;
MUST_CHECK bool page_spend_begin(const struct page_source *from, const struct spend_question *q,
                                 struct spend **ret, struct fault *why);
MUST_CHECK bool page_spend_step(struct spend *s, struct writer *w, bool *ret_more,
                                struct fault *why);
void page_spend_end(struct spend *s); /* accepts NULL */
