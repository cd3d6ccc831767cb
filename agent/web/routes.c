/* Every path there is. Documented in docs/http.md; a test compares. */
#include "web/route.h"

const struct route routes[] = {
    { "/-/healthy", "200 as long as the program runs", route_healthy },
    { "/-/ready", "200 when what is shown is current, else 503 and why not", route_ready },
    { NULL, NULL, NULL },
};
