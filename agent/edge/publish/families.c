/* Asking the system's resolver. */
#include "edge/publish/families.h"

#include <netdb.h>

static const char *wildcard_of(const struct addrinfo *a)
{
    return a->ai_family == AF_INET6 ? "::" : "0.0.0.0";
}

bool families_find(const char *host, struct families *ret, struct fault *why)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG }, *all;
    int code = getaddrinfo(host, NULL, &hints, &all);
    if (code != 0)
        return fault(why, FAULT_RETRY, "%s", gai_strerror(code));

    *ret = (struct families){ .count = 1 };
    for (const struct addrinfo *a = all; a; a = a->ai_next)
        if (a->ai_family != all->ai_family)
            *ret = (struct families){ 2, { wildcard_of(all), wildcard_of(a) } };
    freeaddrinfo(all);
    return true;
}
