/* What is known of the key that Ebb uses for an account. Part of edge/store.h. */
#pragma once

#include "core/own_key.h"

MUST_CHECK bool store_load_own_key(struct store *s, int64_t account, struct own_key *ret,
                                   struct fault *why);
/* Within a transaction. */
MUST_CHECK bool store_put_own_key(struct store *s, int64_t account, const struct own_key *k,
                                  struct fault *why);
