/* One payer's element of a consumption answer, as all dialects of Eden AI write it. */
#pragma once

#include "core/usage.h"

enum {
    EDEN_USAGE_BYTES =
        2 * 1024 * 1024, /* a payer's quarter: twenty features, ten providers a day */
};

/* See decode_usage in provider.h. Refused are: U+0000 anywhere; a name of a token, date, feature or
 * provider that is none, or a date, feature or provider that an element gives twice; a cost or a
 * number of calls that is none. Unknown members are passed by. */
bool eden_decode_usage(struct span element, struct usage_book *b);
