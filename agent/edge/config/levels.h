/* The thresholds of a rule: in dollars, percent or time, as its kind counts. */
#pragma once

#include "edge/config/reader.h"

/* The keys of one threshold that is a map. */
extern const struct section section_threshold;

/* Reads `levels` or `level` of a rule whose kind is known; adds mistakes. */
void levels_read(struct reader *r, const struct node *map, struct rule *rule);

/* Adds "levels: {...}" or "level: ..." as levels_read takes it; no newline. */
void levels_print(const struct rule *rule, struct text *out);
