/* A curve is stored apart from what was spent since it was made. */
#include "view/standing_kept.h"

#include "core/forecast/packed.h"

bool standing_kept_curve(const struct kept_curve *kept, const struct reading *r, struct curve *ret)
{
    *ret =
        (struct curve){ .origin = cell_time(kept->origin), .spent_nano = (double)kept->spent_nano };
    return ret->origin != TIME_NONE && kept->history->kind == CELL_TEXT
        && kept->bytes->kind == CELL_TEXT
        && forecast_history_slugged(kept->history->text, &ret->history)
        && curve_unpack(kept->bytes->text, ret->spent_nano + (double)r->balance.is.nano, ret);
}

struct watched standing_kept_watch(const struct kept_watch *kept, int64_t stale_s)
{
    return (struct watched){ .first_seen = kept->first_seen,
                             .last_seen = kept->last_seen,
                             .stale_after_s = stale_s,
                             .enough = kept->rate_1h->kind == CELL_INTEGER,
                             .live = kept->rate_7d->kind == CELL_INTEGER
                                 && kept->rate_7d->integer > 0 };
}
