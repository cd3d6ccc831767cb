/* Eden AI, v2: /v2/user/custom_token/ and /v2/cost_management/; tokens are addressed by name, with
 * the account's main key. */
#pragma once

#include "provider/provider.h"

extern const struct provider eden_v2;
