/* Numeric addresses with a port, "127.0.0.1:5322" or "[::1]:5322", as sockets take them. */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "base/span.h"

struct endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t len;
};

enum { ENDPOINT_TEXT_BYTES = INET6_ADDRSTRLEN + 8 };

/* Reads one; without a port it gets `port`, and an IPv6 address then needs no brackets. False: it
 * is none. */
bool endpoint_parse(struct span text, uint16_t port, struct endpoint *ret);
const char *endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT_BYTES]);
bool endpoint_is_loopback(const struct endpoint *e); /* 127.0.0.0/8, ::1, ::ffff:127.0.0.0/104 */
bool endpoint_same_address(const struct endpoint *a, const struct endpoint *b); /* of any port */
