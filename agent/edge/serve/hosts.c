/* Names are compared without case and without their port: a port gives nobody a name. */
#include "edge/serve/hosts.h"

#include <ctype.h>
#include <strings.h>

#include "base/endpoint.h"

static bool is_name(struct span host, struct span name)
{
    return host.len == name.len && strncasecmp(host.at, name.at, name.len) == 0;
}

static bool is_listed(struct span host, const char *listed)
{
    while (listed && *listed) {
        size_t len = strcspn(listed, ", ");
        if (len && is_name(host, (struct span){ listed, len }))
            return true;
        listed += len + strspn(listed + len, ", ");
    }
    return false;
}

/* "name:5322" and "name." are both "name". */
static struct span bare_name(const char *host)
{
    struct span name = { host, strcspn(host, ":") };
    for (const char *c = host + name.len + (host[name.len] ? 1 : 0); *c; c++)
        if (!isdigit((unsigned char)*c))
            return (struct span){ host, 0 };
    if (name.len && name.at[name.len - 1] == '.')
        name.len--;
    return name;
}

bool host_is_ours(const char *host, const char *listed)
{
    struct endpoint e;
    if (endpoint_parse(span_of(host), 1, &e))
        return true;
    struct span name = bare_name(host);
    return is_name(name, span_of("localhost")) || is_listed(name, listed);
}
