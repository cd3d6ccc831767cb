/* How much memory answers may hold together: what is being made, and what waits for clients to read
 * it. What an answer will need is taken to be what the last one of its route did. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { BUDGET_BYTES_MAX = 64 << 20, BUDGET_ROUTES_MAX = 32 };

/* Starts as { 0 }. */
struct budget {
    size_t usual[BUDGET_ROUTES_MAX]; /* bytes, by route */
    size_t reserved;                 /* for answers that are being made */
};

/* Reserves what is usual for the route, beside the bytes that are queued for clients; the first
 * answer is always made. False: there is no room now. */
bool budget_admit(struct budget *b, size_t route, size_t queued, size_t *ret_reserved);
/* One is over that had so much reserved, and held `most`. */
void budget_release(struct budget *b, size_t route, size_t reserved, size_t most);
