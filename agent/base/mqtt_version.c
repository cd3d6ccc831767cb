/* Their names, as a configuration and a status line have them. */
#include "base/mqtt_version.h"

#include "base/span.h"

static const char *const names[] = { [MQTT_5] = "5", [MQTT_311] = "3.1.1" };
_Static_assert(COUNT(names) == MQTT_VERSIONS, "a version has no name");

const char *mqtt_version_name(enum mqtt_version version)
{
    return names[version];
}
