/* Where the configuration is looked for. */
#pragma once

#include "base/text.h"

/* $EBB_CONFIG, else the first that exists of the user's and the system's. False when there is none:
 * then it is the place where a new one belongs. */
bool config_find(struct text *ret_path);
