/* Reading the two clocks. */
#include "base/clock.h"

#include <time.h>

mono_ms clock_mono(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (mono_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

mono_ms clock_boot(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (mono_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

unix_s clock_unix(void)
{
    return (unix_s)time(NULL);
}
