/* What was read of one token or of the credits, and what each change meant; or what its hours and
 * days add up to. */
#pragma once

#include "view/table.h"

enum history_step { HISTORY_RAW, HISTORY_HOUR, HISTORY_DAY };
#define HISTORY_STEPS "raw|hour|day" /* in the order of enum history_step */

struct history_view {
    struct query_filter scope; /* the token in it; "" is the credits */
    enum history_step step;
    size_t rows_max;    /* 0: not limited */
    const char *cursor; /* what follows the rows of an earlier answer; NULL: from the first on */
};

struct history_seen {
    size_t rows, older; /* older: read before scope->since, and so not shown */
};

MUST_CHECK bool history_show(struct store *s, const struct history_view *view, struct writer *w,
                             struct history_seen *ret, struct fault *why);

/* The same in steps, for whoever has little time at once; all that is handed in is borrowed until
 * its end. FAULT_REJECT: the cursor is none. */
struct history_list;
MUST_CHECK bool history_list_begin(struct store *s, const struct history_view *view,
                                   struct writer *w, struct history_list **ret, struct fault *why);
MUST_CHECK bool history_list_step(struct history_list *l, bool *ret_more, struct fault *why);
/* The cursor of what follows, when rows_max left something out; else nothing. */
void history_list_cursor(const struct history_list *l, struct text *out);
void history_list_end(struct history_list *l); /* accepts NULL */
