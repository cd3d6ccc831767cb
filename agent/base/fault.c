/* Building fault texts: bounded, printable, always false. */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void make_printable(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
}

bool fault(struct fault *why, enum fault_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    make_printable(why->text);
    why->kind = kind;
    return false;
}

bool fault_within(struct fault *why, const char *format, ...)
{
    struct fault outer = { .kind = why->kind };
    va_list args;
    va_start(args, format);
    int used = vsnprintf(outer.text, sizeof outer.text, format, args);
    va_end(args);
    if (used >= 0 && used < FAULT_TEXT_BYTES)
        snprintf(outer.text + used, (size_t)(FAULT_TEXT_BYTES - used), ": %.*s",
                 FAULT_TEXT_BYTES - used, why->text);
    make_printable(outer.text);
    *why = outer;
    return false;
}
