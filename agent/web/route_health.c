/* For whoever restarts programs (/-/healthy) and whoever sends traffic to them (/-/ready). */
#include "web/route.h"

bool route_healthy(const struct asked *q, struct answer *a, struct fault *why)
{
    (void)q, (void)why;
    writer_add(&a->body, "healthy\n");
    return true;
}

bool route_ready(const struct asked *q, struct answer *a, struct fault *why)
{
    (void)q, (void)why;
    writer_add(&a->body, "ready\n");
    return true;
}
