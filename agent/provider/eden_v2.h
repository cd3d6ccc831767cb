/* Eden AI, v2: /v2/user/custom_token/ and /v2/cost_management/; tokens are addressed by name, with
 * the account's main key. */
#pragma once

#include "provider/provider.h"

extern const struct provider eden_v2;
/* The same, of accounts that are watched by their tokens' own keys: one token for each. */
extern const struct provider eden_v2_me;
