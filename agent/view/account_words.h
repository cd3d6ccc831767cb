/* How the polls of an account go, in words; the cells are a row of QUERY_ACCOUNTS. Texts hold names
 * and reasons as they are: whoever shows them escapes them. */
#pragma once

#include "base/text.h"
#include "edge/store.h"

/* Whether a poll that was planned did not take place: nobody polls. */
bool account_is_overdue(const struct cell *cells, unix_s now);

/* Why the last poll failed, or that none followed it; "": all is well. */
struct cell account_reason(const struct cell *cells, unix_s now);

/* Ebb's own key, as the API describes it; nothing where that is not offered. */
void account_add_key(const struct cell *cells, unix_s now, struct text *out);

/* What of it is worth a warning; nothing: nothing is. */
void account_add_key_warning(const struct cell *cells, unix_s now, struct text *out);

void account_add_next(const struct cell *cells, unix_s now, struct text *out); /* "in 4m", "due" */
void account_add_calls(const struct cell *cells, struct text *out); /* "12 of 720", in an hour */
/* "every 1m: ci-nightly may run out in 20m", "every 15m: idle for 4h 10m". */
void account_add_pace(const struct cell *cells, unix_s now, struct text *out);
