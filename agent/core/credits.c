/* The usage endpoint reports days; a level is given at a moment. */
#include "core/credits.h"

static const char *const names[] = {
    [CREDITS_BY_API] = "api",
    [CREDITS_ESTIMATED] = "estimate",
    [CREDITS_NOT_OFFERED] = "none",
};
_Static_assert(COUNT(names) == CREDITS_SOURCES, "a source has no name");

const char *credits_source_name(enum credits_source source)
{
    return names[source];
}

enum credits_source credits_source_named(struct span name)
{
    enum credits_source s = 0;
    while (s < CREDITS_SOURCES && !span_is(name, names[s]))
        s++;
    return s < CREDITS_SOURCES ? s : CREDITS_BY_API;
}

/* Of what was spent between `from` and `to`. */
static int64_t share_since(unix_s at, unix_s from, unix_s to, int64_t nano)
{
    if (at <= from)
        return nano;
    if (at >= to || nano <= 0)
        return 0;
    return (int64_t)((__int128)nano * (to - at) / (to - from));
}

int64_t credits_counted(const struct credits_level *level, const struct credits_news *news)
{
    unix_s day = level->set_at - level->set_at % DAY_S;
    unix_s from = news->known_until == TIME_NONE ? day : time_later(news->known_until, day);
    unix_s to = time_earlier(news->asked_at, day + DAY_S);
    return nano_add(share_since(level->set_at, from, to, news->day_nano), news->later_nano);
}

struct money credits_left(const struct credits_level *level)
{
    int64_t left = nano_sub(level->set.nano, level->spent.nano);
    left = left < MONEY_LIMIT_NANO ? left : MONEY_LIMIT_NANO;
    return (struct money){ left > -MONEY_LIMIT_NANO ? left : -MONEY_LIMIT_NANO };
}
