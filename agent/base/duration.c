/* Spans of time as people write and read them. */
#include <inttypes.h>
#include <stdio.h>

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

bool duration_parse(struct span text, int64_t *ret_s, struct fault *why)
{
    int64_t count = 0, unit = text.len >= 2 ? seconds_in(text.at[text.len - 1]) : 0;
    bool valid = unit != 0;

    for (size_t i = 0; valid && i + 1 < text.len; i++) {
        valid = text.at[i] >= '0' && text.at[i] <= '9';
        count = count * 10 + (text.at[i] - '0');
        if (valid && count * unit > DURATION_LIMIT_S)
            return fault(why, FAULT_REJECT, "\"%.*s\" is longer than a century",
                         (int)(text.len < 40 ? text.len : 40), text.at);
    }
    if (!valid)
        return fault(why, FAULT_REJECT, "\"%.*s\" is not a duration such as 90s, 5m, 6h, 7d or 2w",
                     (int)(text.len < 40 ? text.len : 40), text.at ? text.at : "");
    *ret_s = count * unit;
    return true;
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
