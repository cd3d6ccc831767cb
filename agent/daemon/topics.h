/* A set of topics, by their hashes: of 64 bits, so that no two of them meet. Starts as { 0 }. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct topic_set {
    uint64_t *at; /* owned */
    size_t count, room;
};

void topic_set_add(struct topic_set *set, struct span topic);
void topic_set_sort(struct topic_set *set); /* after the last was added, before the first search */
bool topic_set_has(const struct topic_set *set, struct span topic);
void topic_set_done(struct topic_set *set);
