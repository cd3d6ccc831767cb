/* What Ebb shows over HTTP: the routes, and the answers to requests, for whoever turns a loop
 * (`ebb run`, `ebb serve`).
 *
 * A path is a row in routes.c: its pattern, what it is for, and a function of this floor (a file
 * route_NAME.c) which turns the request into a question, asks a view and describes the answer. All
 * that a route sees and gives is in route.h, and in the recipe there. What a route need not care
 * about: methods, host names, logins, security headers, HEAD, 304 (set an ETag), slow readers,
 * escaping of its path.
 *
 * Everything is read from the database, by a connection of its own that cannot write; what no
 * database knows comes in `struct live`. Nothing here is fast enough to wait for: a turn spends
 * TURN_MS on requests, then goes on in the next one. */
#pragma once

#include <poll.h>

#include "base/clock.h"
#include "base/fault.h"
#include "core/live.h"
#include "edge/config.h"

struct web;

/* Opens the database for reading, and listens as `s` says. `settings`: the configuration, whose
 * rules are shown; NULL: there is none. All are the caller's for the life of it. FAULT_FATAL. */
MUST_CHECK bool web_open(const struct http_settings *s, const char *database,
                         const struct settings *settings, struct web **ret, struct fault *why);
void web_close(struct web *w); /* at once, whatever is open; accepts NULL */

/* Adds the one descriptor to wait for, and returns when web_turn is due at the latest. */
mono_ms web_prepare(struct web *w, mono_ms now, struct pollfd *ret);

/* Serves for some milliseconds. `live` NULL: nothing runs beside the database. */
void web_turn(struct web *w, const struct live *live);
