/* The row of a token: what its state and newer readings say of it, and its forecast read for now.
 */
#pragma once

#include "view/standing_credits.h"
#include "view/standing_rows.h"

struct token_question {
    const struct standing_credits *credits; /* that tokens live from */
    unix_s now;
    int64_t fresh_s; /* how old a reading may be; -1: as the plan of the polls says */
};

/* Of one row of QUERY_STATUS, and what was added up for it. */
void standing_token_take(struct standing_rows *rows, const struct token_question *q,
                         const struct cell *asked, const struct sliced_token *sum);
