/* Eden AI, v3: /v3/manage/; keys are addressed by id, with a management key. */
#pragma once

#include "provider/provider.h"

extern const struct provider eden_v3;

/* How a management key begins. */
#define EDEN_V3_KEY_PREFIX "mgmt-eden-"
