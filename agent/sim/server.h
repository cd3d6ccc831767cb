/* The HTTP side: one thread, one loop, 127.0.0.1 only. A slow or stalled transfer never holds up
 * another. */
#pragma once

#include "base/fault.h"
#include "sim/world.h"

struct server;

/* Listens on `port` (0: any). The world stays the caller's. FAULT_FATAL: the port cannot be had. */
MUST_CHECK bool server_open(uint16_t port, struct world *w, struct server **ret, struct fault *why);
uint16_t server_port(const struct server *s);

/* Serves until `stop_fd` becomes readable. FAULT_FATAL: the loop itself failed. */
MUST_CHECK bool server_serve(struct server *s, int stop_fd, struct fault *why);
void server_close(struct server *s); /* NULL is fine */
