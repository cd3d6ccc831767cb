/* The line about events that had to be merged. */
#include <inttypes.h>

#include "core/calendar.h"
#include "edge/wire.h"

void wire_merged_summary(const struct merged_event *m, struct text *out)
{
    char from[TIME_TEXT_BYTES], until[TIME_TEXT_BYTES];
    text_addf(out, "%" PRId64 " events of ended alerts were merged into this one", m->events);
    if (m->from != TIME_NONE && m->until != TIME_NONE)
        text_addf(out, " (%s to %s)", calendar_format(m->from, from),
                  calendar_format(m->until, until));
    text_add(out,
             span_of(": too many were waiting for the broker; `ebb alerts --since` lists them"));
}
