/* The scenario file: which accounts and tokens a sim starts with, and how they spend. See
 * docs/sim.md. */
#pragma once

#include "base/fault.h"
#include "sim/sim.h"
#include "sim/world.h"

/* Fills an empty world from the options and the file they name. FAULT_REJECT carries
 * file:line:column. On false the world is still good for world_done. */
MUST_CHECK bool yaml_open_scenario(const struct sim_options *options, struct world *w,
                                   struct fault *why);
