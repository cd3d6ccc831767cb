/* Spans of time as people write and read them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static int64_t seconds_in(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return MINUTE_S;
    case 'h':
        return HOUR_S;
    case 'd':
        return DAY_S;
    case 'w':
        return WEEK_S;
    default:
        return 0;
    }
}

enum part { PART_READ, PART_WRONG, PART_TOO_LONG };

/* One number with its unit, which is smaller than the one before. */
static enum part read_part(struct span part, int64_t *unit_before, int64_t *total)
{
    int64_t count = 0, unit = part.len >= 2 ? seconds_in(part.at[part.len - 1]) : 0;
    if (!unit || unit >= *unit_before)
        return PART_WRONG;
    for (size_t i = 0; i + 1 < part.len; i++) {
        if (part.at[i] < '0' || part.at[i] > '9')
            return PART_WRONG;
        count = count * 10 + (part.at[i] - '0');
        if (*total + count * unit > DURATION_LIMIT_S)
            return PART_TOO_LONG;
    }
    *unit_before = unit;
    *total += count * unit;
    return PART_READ;
}

bool duration_parse(struct span text, int64_t *ret_s, struct fault *why)
{
    int64_t total = 0, unit = INT64_MAX;
    enum part part = PART_WRONG;
    for (size_t start = 0; start <= text.len;) {
        const char *blank =
            text.len > start ? memchr(text.at + start, ' ', text.len - start) : NULL;
        size_t end = blank ? (size_t)(blank - text.at) : text.len;
        part = read_part((struct span){ text.at + start, end - start }, &unit, &total);
        if (part != PART_READ)
            break;
        start = end + 1;
    }
    if (part == PART_READ) {
        *ret_s = total;
        return true;
    }
    int shown = (int)(text.len < 40 ? text.len : 40);
    const char *at = text.at ? text.at : "";
    return part == PART_TOO_LONG
        ? fault(why, FAULT_REJECT, "\"%.*s\" is longer than a century", shown, at)
        : fault(why, FAULT_REJECT, "\"%.*s\" is not a duration such as 90s, 5m, 6h, 7d or 2w",
                shown, at);
}

const char *duration_format(int64_t seconds, char out[DURATION_TEXT_BYTES])
{
    if (seconds < MINUTE_S)
        snprintf(out, DURATION_TEXT_BYTES, "%" PRId64 "s", seconds > 0 ? seconds : 0);
    else if (seconds < HOUR_S)
        snprintf(out, DURATION_TEXT_BYTES, "%" PRId64 "m", seconds / MINUTE_S);
    else if (seconds < DAY_S)
        snprintf(out, DURATION_TEXT_BYTES, "%" PRId64 "h %02" PRId64 "m", seconds / HOUR_S,
                 seconds % HOUR_S / MINUTE_S);
    else if (seconds < WEEK_S)
        snprintf(out, DURATION_TEXT_BYTES, "%" PRId64 "d %" PRId64 "h", seconds / DAY_S,
                 seconds % DAY_S / HOUR_S);
    else
        snprintf(out, DURATION_TEXT_BYTES, "%" PRId64 "w %" PRId64 "d", seconds / WEEK_S,
                 seconds % WEEK_S / DAY_S);
    return out;
}
