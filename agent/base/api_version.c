/* Their names, as a configuration has them. */
#include "base/api_version.h"

#include "base/span.h"

static const char *const names[] = { [API_AUTO] = "auto", [API_V2] = "v2", [API_V3] = "v3" };
_Static_assert(COUNT(names) == API_VERSIONS, "a version has no name");

const char *api_version_name(enum api_version version)
{
    return names[version];
}
