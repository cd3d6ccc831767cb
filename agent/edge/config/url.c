/* Stricter than the transfer library on purpose: what is not plainly allowed here never reaches it.
 */
#include "edge/config/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

enum { HOST_BYTES_MAX = 253, PORT_MAX = 65535 };

/* A terminated copy for the address functions of the C library; false when it is too long to be
 * one. */
static bool is_address(int family, struct span host, void *ret)
{
    char text[INET6_ADDRSTRLEN];
    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    return inet_pton(family, text, ret) == 1;
}

/* True for a name or address that can only be this machine: localhost, 127.0.0.0/8, ::1. */
static bool host_is_loopback(struct span host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (is_address(AF_INET, host, &v4))
        return ntohl(v4.s_addr) >> 24 == 127;
    if (is_address(AF_INET6, host, &v6))
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return host.len == strlen("localhost") && strncasecmp(host.at, "localhost", host.len) == 0;
}

bool host_is_valid(struct span host)
{
    struct in6_addr v6;
    if (is_address(AF_INET6, host, &v6))
        return true;
    if (host.len == 0 || host.len > HOST_BYTES_MAX || !isalnum((unsigned char)host.at[0]))
        return false;
    for (size_t i = 0; i < host.len; i++)
        if (!isalnum((unsigned char)host.at[i]) && !memchr(".-_", host.at[i], 3))
            return false;
    return true;
}

static bool take_prefix(struct span *text, const char *prefix)
{
    size_t len = strlen(prefix);
    if (text->len < len || strncasecmp(text->at, prefix, len) != 0)
        return false;
    text->at += len;
    text->len -= len;
    return true;
}

/* Everything in front of the first of the given bytes. */
static struct span take_until(struct span *text, const char *stops)
{
    struct span taken = { text->at, 0 };
    while (taken.len < text->len && !memchr(stops, text->at[taken.len], strlen(stops)))
        taken.len++;
    text->at += taken.len;
    text->len -= taken.len;
    return taken;
}

static struct span take_host(struct span *rest)
{
    if (!take_prefix(rest, "["))
        return take_until(rest, ":/?#");
    struct span host = take_until(rest, "]");
    return take_prefix(rest, "]") ? host : (struct span){ "", 0 };
}

static bool port_is_valid(struct span port)
{
    long value = 0;
    for (size_t i = 0; i < port.len && value <= PORT_MAX; i++) {
        if (!isdigit((unsigned char)port.at[i]))
            return false;
        value = value * 10 + (port.at[i] - '0');
    }
    return value >= 1 && value <= PORT_MAX;
}

bool url_check(struct span *text, struct fault *why)
{
    struct span rest = *text;
    bool plain = take_prefix(&rest, "http://");
    if (!plain && !take_prefix(&rest, "https://"))
        return fault(why, FAULT_REJECT, "must begin with https://");
    if (memchr(rest.at, '@', rest.len))
        return fault(why, FAULT_REJECT, "must not contain a user name or password");

    struct span host = take_host(&rest);
    if (!host_is_valid(host))
        return fault(why, FAULT_REJECT, "has no valid host name");
    if (take_prefix(&rest, ":") && !port_is_valid(take_until(&rest, "/?#")))
        return fault(why, FAULT_REJECT, "has no valid port (1 to 65535)");
    size_t end = (size_t)(rest.at - text->at);
    while (take_prefix(&rest, "/"))
        continue;
    if (rest.len > 0)
        return fault(why, FAULT_REJECT,
                     "must be scheme and host only, as in https://api.edenai.run");
    if (plain && !host_is_loopback(host))
        return fault(
            why, FAULT_REJECT,
            "would send the key unencrypted: plain http:// is only allowed to this machine "
            "(localhost, 127.x.x.x, [::1]); use https://");
    text->len = end;
    return true;
}
