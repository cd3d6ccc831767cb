/* Writing values so that YAML, and a person, read back exactly what was meant. */
#pragma once

#include "base/text.h"

/* A scalar that reads back as exactly these bytes (UTF-8 without U+0000), in quotes when need be.
 */
void scalar_add(struct text *out, struct span value);

/* "90s", "5m", "6h", "7d", "2w": the largest unit that is exact. */
void scalar_add_duration(struct text *out, int64_t seconds);

/* Thousandths as a decimal: "0.2", "12", "0.125". */
void scalar_add_rate(struct text *out, int64_t milli);
