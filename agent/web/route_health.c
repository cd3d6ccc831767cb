/* For whoever restarts programs (/-/healthy) and whoever sends traffic to them (/-/ready). */
#include "view/ready.h"
#include "web/route.h"

bool route_healthy(const struct asked *q, struct answer *a, struct fault *why)
{
    (void)q, (void)why;
    writer_add(&a->body, "healthy\n");
    return true;
}

bool route_ready(const struct asked *q, struct answer *a, struct fault *why)
{
    bool ready;
    if (!ready_show(q->store, q->now, &a->body, &ready, why))
        return false;
    a->status = ready ? 200 : 503;
    return true;
}
