/* What the tables of `ebb status` share. */
#include "view/status/status.h"

struct cell status_ago(const struct cell *at, const char *never, unix_s now, struct text *room)
{
    char age[DURATION_TEXT_BYTES];
    if (at->kind != CELL_INTEGER)
        return cell_text(never);
    text_clear(room);
    text_addf(room, "%s ago", duration_format(seconds_between(at->integer, now), age));
    return cell_text(text_z(room));
}
