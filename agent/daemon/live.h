/* What a running agent reports about itself beyond its database. */
#pragma once

#include "core/live.h"

struct agent;

void live_turn(struct agent *a, int64_t took_ms); /* counts a turn of the loop */

/* As it is now; borrowed, until the next time or the end. */
const struct live *live_now(struct agent *a);
