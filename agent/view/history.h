/* What was read of one token or of the credits, and what each change meant. */
#pragma once

#include "view/table.h"

struct history_seen {
    size_t rows, older; /* older: read before scope->since, and so not shown */
};

/* The token of the scope; "" is the credits. */
MUST_CHECK bool history_show(struct store *s, const struct query_filter *scope, struct writer *w,
                             struct history_seen *ret, struct fault *why);
