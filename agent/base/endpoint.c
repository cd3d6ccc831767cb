/* By the C library's own reader of addresses, so that nothing is an address here and none there. */
#include "base/endpoint.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>

enum { PORT_MAX = 65535 };

static bool read_port(struct span text, uint16_t *ret)
{
    long port = 0;
    if (text.len == 0 || text.len > 5)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!isdigit((unsigned char)text.at[i]))
            return false;
        port = port * 10 + (text.at[i] - '0');
    }
    *ret = (uint16_t)port;
    return port >= 1 && port <= PORT_MAX;
}

static bool read_address(struct span text, bool is_v6, uint16_t port, struct endpoint *ret)
{
    char z[INET6_ADDRSTRLEN];
    if (text.len >= sizeof z)
        return false;
    memcpy(z, text.at, text.len);
    z[text.len] = '\0';
    *ret = (struct endpoint){ .len = is_v6 ? sizeof ret->address.v6 : sizeof ret->address.v4 };
    if (is_v6) {
        ret->address.v6.sin6_family = AF_INET6;
        ret->address.v6.sin6_port = htons(port);
        return inet_pton(AF_INET6, z, &ret->address.v6.sin6_addr) == 1;
    }
    ret->address.v4.sin_family = AF_INET;
    ret->address.v4.sin_port = htons(port);
    return inet_pton(AF_INET, z, &ret->address.v4.sin_addr) == 1;
}

bool endpoint_parse(struct span text, uint16_t port, struct endpoint *ret)
{
    struct endpoint e;
    if (text.len == 0)
        return false;
    if (*text.at == '[') {
        const char *close = memchr(text.at, ']', text.len);
        struct span inner = { text.at + 1, close ? (size_t)(close - text.at - 1) : 0 };
        struct span rest = { close ? close + 1 : text.at,
                             close ? text.len - inner.len - 2 : text.len };
        bool valid = close
            && (rest.len == 0
                || (*rest.at == ':'
                    && read_port((struct span){ rest.at + 1, rest.len - 1 }, &port)))
            && read_address(inner, true, port, &e);
        if (valid)
            *ret = e;
        return valid;
    }
    const char *colon = memchr(text.at, ':', text.len);
    bool has_port = colon && !memchr(colon + 1, ':', text.len - (size_t)(colon + 1 - text.at));
    struct span host = { text.at, has_port ? (size_t)(colon - text.at) : text.len };
    if (has_port && !read_port((struct span){ colon + 1, text.len - host.len - 1 }, &port))
        return false;
    if (!read_address(host, colon && !has_port, port, &e))
        return false;
    *ret = e;
    return true;
}

static uint16_t port_of(const struct endpoint *e)
{
    return ntohs(e->address.any.sa_family == AF_INET6 ? e->address.v6.sin6_port
                                                      : e->address.v4.sin_port);
}

const char *endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT_BYTES])
{
    char z[INET6_ADDRSTRLEN] = "?";
    bool is_v6 = e->address.any.sa_family == AF_INET6;
    const void *bytes =
        is_v6 ? (const void *)&e->address.v6.sin6_addr : (const void *)&e->address.v4.sin_addr;
    inet_ntop(e->address.any.sa_family, bytes, z, sizeof z);
    snprintf(out, ENDPOINT_TEXT_BYTES, is_v6 ? "[%s]:%u" : "%s:%u", z, (unsigned)port_of(e));
    return out;
}

bool endpoint_is_loopback(const struct endpoint *e)
{
    if (e->address.any.sa_family != AF_INET6)
        return ntohl(e->address.v4.sin_addr.s_addr) >> 24 == 127;
    const struct in6_addr *v6 = &e->address.v6.sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
}

bool endpoint_same_address(const struct endpoint *a, const struct endpoint *b)
{
    if (a->address.any.sa_family != b->address.any.sa_family)
        return false;
    return a->address.any.sa_family == AF_INET6
        ? memcmp(&a->address.v6.sin6_addr, &b->address.v6.sin6_addr, sizeof(struct in6_addr)) == 0
        : a->address.v4.sin_addr.s_addr == b->address.v4.sin_addr.s_addr;
}
