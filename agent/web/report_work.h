/* The rows of a report as an answer: loaded and written a slice in each turn. */
#pragma once

#include "view/report/report.h"
#include "web/route.h"

/* In the format of a->body. The texts of the question live as long as the answer. `must_match`: a
 * question that leaves no token is refused. */
MUST_CHECK bool report_work_begin(const struct asked *q, const struct report_query *r,
                                  bool must_match, struct answer *a, struct fault *why);
