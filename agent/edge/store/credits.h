/* Who says what is left on an account, and what a person said. Part of edge/store.h. */
#pragma once

#include "core/credits.h"

/* Within a transaction; writes only what is new. */
MUST_CHECK bool store_set_credits_source(struct store *s, int64_t account,
                                         enum credits_source source, struct fault *why);
/* The level that was given by hand, or none. */
MUST_CHECK bool store_load_credits_level(struct store *s, int64_t account,
                                         struct credits_level *ret, struct fault *why);
/* A new one, of which nothing is spent. */
MUST_CHECK bool store_put_credits_level(struct store *s, int64_t account,
                                        const struct credits_level *level, struct fault *why);
MUST_CHECK bool store_add_credits_spent(struct store *s, int64_t account, int64_t nano,
                                        struct fault *why);
