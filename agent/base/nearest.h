/* "Did you mean": the known word that is nearest to a mistyped one.
 *
 * Distance is Damerau-Levenshtein over bytes (insert, delete, replace, swap of neighbours; no part
 * edited twice), letter case ignored. Only a word within a third of the longer one's length, and at
 * least one edit, is offered. */
#pragma once

#include "base/span.h"

struct nearest {
    struct span word; /* borrowed */
    const char *best; /* NULL while nothing is near enough; borrowed from nearest_try */
    size_t distance;
};

struct nearest nearest_to(struct span word);
void nearest_try(struct nearest *n, const char *candidate);
