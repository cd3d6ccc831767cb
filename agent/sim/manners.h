/* The ways in which the service is documented, described or seen to answer, where they differ: one
 * row for each choice, set by a scenario or while the sim runs. The first word of a row is the
 * default. */
#pragma once

#include <stdbool.h>

#include "base/fault.h"
#include "base/span.h"

enum manner {
    MANNER_V2,
    MANNER_BALANCE_FORM,
    MANNER_SECRET_IN,
    MANNER_PATCH_BALANCE,
    MANNER_USAGE_END,
    MANNER_USAGE_ROWS,
    MANNER_NO_DATA,
    MANNER_LIST_COUNT,
    MANNER_LIST_ORDER,
    MANNER_NEXT,
    MANNER_REVOKE_STATUS,
    MANNER_RESET_FIELDS,
    MANNERS,
};

/* The v2 door: as first documented, as described in September 2026, or shut to keys. */
enum v2_manner { V2_FIRST, V2_SEPTEMBER, V2_CLOSED };
enum balance_form { BALANCE_NUMBER, BALANCE_STRING, BALANCE_STRING_IN_POST };
/* Which answers about a token hold its secret in v2: GET at first, POST since September. */
enum secret_place { SECRET_AS_DOCUMENTED, SECRET_IN_GET, SECRET_IN_POST, SECRET_NOWHERE };
enum patch_balance { PATCH_BALANCE_ANY, PATCH_BALANCE_NUMBER };
enum usage_end { USAGE_END_INCLUSIVE, USAGE_END_EXCLUSIVE }; /* of v2; v3's is always exclusive */
enum usage_rows { USAGE_ROWS_BY_NAME, USAGE_ROWS_BY_KEY };
enum no_data { NO_DATA_EMPTY, NO_DATA_404 };
enum list_count { COUNT_IS_TOTAL_COUNT, COUNT_IS_COUNT };
enum list_order { OLDEST_FIRST, NEWEST_FIRST };
/* How the link to the next page is written; of the other scheme or origin it leads nowhere. */
enum next_form { NEXT_URL, NEXT_PATH, NEXT_QUERY, NEXT_OTHER_SCHEME, NEXT_ELSEWHERE, NEXT_NONE };
enum revoke_status { REVOKE_200, REVOKE_204 };
enum reset_fields { RESET_FIELDS_HIDDEN, RESET_FIELDS_SHOWN }; /* in answers of v3 */

struct manners {
    unsigned is[MANNERS];
};

bool manner_named(struct span key, enum manner *ret);
/* FAULT_REJECT lists the words that are known. */
MUST_CHECK bool manner_set(struct manners *m, enum manner which, struct span word,
                           struct fault *why);
