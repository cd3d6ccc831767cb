/* A list as the API has it, for tests of the splitter alone. */
#pragma once

#include "core/splitter.h"

enum { LIST_ELEMENT_BYTES = 32 * 1024 };

static const struct split_shape list_shape = {
    .what = "token list",
    .list = "results",
    .next = "next",
    .secret = "token",
    .element_bytes = LIST_ELEMENT_BYTES,
    .bare = true,
};
