/* The token of a list that a person means by a name. An id can be asked for directly instead. */
#pragma once

#include "core/token_set.h"
#include "provider/provider.h"

/* By what it is shown, else by what it alone is called, else by its id. FAULT_REJECT: there is none
 * (`ret_missing`), several are called so, or what the list says of it cannot be read. */
MUST_CHECK bool listed_find(const struct token_set *list, const char *name, struct decoded *ret,
                            bool *ret_missing, struct fault *why);
