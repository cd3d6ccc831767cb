/* Quotes are double quotes: the only style of YAML in which every character can be written. */
#include "edge/config/scalar.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "base/clock.h"

/* True for text that means itself without quotes; YAML's own idea of null, numbers and booleans
 * does not matter, for every scalar of a configuration is read as text, but an unquoted null would
 * count as no value. */
static bool is_plain(struct span value)
{
    if (value.len == 0 || (value.len == 4 && strncasecmp(value.at, "null", 4) == 0))
        return false;
    if ((!isalnum((unsigned char)value.at[0]) && value.at[0] != '/')
        || value.at[value.len - 1] == ':')
        return false;
    for (size_t i = 0; i < value.len; i++)
        if (!isalnum((unsigned char)value.at[i]) && !memchr("._/%:-", value.at[i], 6))
            return false;
    return true;
}

/* Controls, and what YAML 1.1 readers take for a line break or a mark of byte order. */
static bool must_escape(unsigned code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x2028
        || code_point == 0x2029 || code_point == 0xfeff;
}

static void add_quoted(struct text *out, struct span value)
{
    text_add(out, span_of("\""));
    while (value.len > 0) {
        unsigned code_point = 0;
        size_t step = utf8_step(value, &code_point);
        if (step == 0)
            break;
        if (code_point == '"' || code_point == '\\')
            text_addf(out, "\\%c", (char)code_point);
        else if (must_escape(code_point))
            text_addf(out, "\\u%04x", code_point);
        else
            text_add(out, (struct span){ value.at, step });
        value.at += step;
        value.len -= step;
    }
    text_add(out, span_of("\""));
}

void scalar_add(struct text *out, struct span value)
{
    if (is_plain(value))
        text_add(out, value);
    else
        add_quoted(out, value);
}

void scalar_add_duration(struct text *out, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        char unit;
    } units[] = { { WEEK_S, 'w' }, { DAY_S, 'd' }, { HOUR_S, 'h' }, { MINUTE_S, 'm' }, { 1, 's' } };

    enum { EASY = 99 }; /* 90m and 36h are read at a glance, 3456m is not */
    size_t best = 0;
    while (units[best].seconds > 1 && (!seconds || seconds % units[best].seconds))
        best++;
    if (units[best].seconds >= DAY_S || seconds / units[best].seconds <= EASY) {
        text_addf(out, "%" PRId64 "%c", seconds / units[best].seconds, units[best].unit);
        return;
    }
    const char *blank = "";
    for (size_t i = 1; i < COUNT(units); seconds %= units[i++].seconds)
        if (seconds >= units[i].seconds) {
            text_addf(out, "%s%" PRId64 "%c", blank, seconds / units[i].seconds, units[i].unit);
            blank = " ";
        }
}

void scalar_add_rate(struct text *out, int64_t milli)
{
    char decimals[8];
    snprintf(decimals, sizeof decimals, "%03d", (int)(milli % 1000));
    size_t len = 3;
    while (len > 0 && decimals[len - 1] == '0')
        len--;
    text_addf(out, "%" PRId64 "%s%.*s", milli / 1000, len ? "." : "", (int)len, decimals);
}
