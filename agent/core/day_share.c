/* One rule for every cut: the share before a time is the amount in proportion to what the hours
 * hold before it. */
#include "core/day_share.h"

#include "base/money.h"

void day_shape_init(struct day_shape *s, unix_s day, unix_s now)
{
    *s = (struct day_shape){ .day = day, .end = now + 1 < day + DAY_S ? now + 1 : day + DAY_S };
}

void day_shape_add(struct day_shape *s, unix_s hour, int64_t spent_nano)
{
    if (hour < s->day || hour >= s->day + DAY_S || spent_nano <= 0)
        return;
    for (int64_t i = (hour - s->day) / HOUR_S + 1; i <= DAY_HOURS; i++)
        s->until[i] = nano_add(s->until[i], spent_nano);
}

/* Of the weight of the whole day, `ret_whole`, what lies before `at`. */
static int64_t weight_before(const struct day_shape *s, unix_s at, int64_t *ret_whole)
{
    *ret_whole = s->until[DAY_HOURS];
    if (*ret_whole <= 0) {
        *ret_whole = s->end > s->day ? s->end - s->day : 1;
        return at - s->day < *ret_whole ? at - s->day : *ret_whole;
    }
    int64_t hour = (at - s->day) / HOUR_S, into_s = (at - s->day) % HOUR_S;
    int64_t within = s->until[hour + 1] - s->until[hour];
    return s->until[hour] + (int64_t)((__int128)within * into_s / HOUR_S);
}

int64_t day_share_before(const struct day_shape *s, int64_t amount, unix_s at)
{
    int64_t whole;
    if (at <= s->day)
        return 0;
    if (at >= s->day + DAY_S)
        return amount;
    int64_t before = weight_before(s, at, &whole);
    return (int64_t)((__int128)amount * before / whole);
}
