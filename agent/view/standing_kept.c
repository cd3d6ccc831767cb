/* A curve is stored apart from what was spent since it was made. */
#include "view/standing_kept.h"

#include "core/forecast/packed.h"

bool standing_kept_curve(const struct kept_curve *kept, const struct reading *r, struct curve *ret)
{
    *ret = (struct curve){ .origin = cell_time(kept->origin),
                           .spent_nano = (double)kept->spent_nano->integer };
    return ret->origin != TIME_NONE && kept->history->kind == CELL_TEXT
        && kept->bytes->kind == CELL_TEXT
        && forecast_history_slugged(kept->history->text, &ret->history)
        && curve_unpack(kept->bytes->text, ret->spent_nano + (double)r->balance.is.nano, ret);
}

static bool is_known(const struct cell *cell)
{
    return cell->kind == CELL_INTEGER;
}

struct watched standing_kept_watch(const struct cell *first, const struct cell *last,
                                   const struct cell *rate_1h, const struct cell *rate_7d,
                                   int64_t stale_s)
{
    return (struct watched){ .first_seen = cell_time(first),
                             .last_seen = cell_time(last),
                             .stale_after_s = stale_s,
                             .enough = is_known(rate_1h),
                             .live = is_known(rate_7d) && rate_7d->integer > 0 };
}
