/* Two locks, for either can be undone from outside: a limit by whoever may set limits, the flag by
 * a change of user. */
#include "base/private.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void memory_keep_private(void)
{
    const struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
