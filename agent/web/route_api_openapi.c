/* The description of all routes under /api/v1/: docs/openapi.yaml, as it was at build time. */
#include "web/api.h"
#include "web/openapi_text.h"

bool route_api_openapi(const struct asked *q, struct answer *a, struct fault *why)
{
    (void)why;
    if (!api_no_options(q, a))
        return true;
    writer_add(&a->body, web_openapi_text);
    api_finish(a);
    a->type = "application/yaml";
    return true;
}
