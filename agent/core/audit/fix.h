/* Command lines that fix what was found, safe to paste whatever a token is called. */
#pragma once

#include "base/text.h"

struct fix_words {
    const char *name, *account, *fleet; /* NULL: there is none */
    int64_t amount_nano;
    const char *period;
    bool name_account; /* say which account a token is in */
};

/* Fills in {name}, {account}, {fleet}, {amount} and {period}. A name that begins with '-' goes to
 * the end, after `--`, so that it is no option. */
void fix_add(struct text *out, const char *pattern, const struct fix_words *words);
