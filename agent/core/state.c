/* What the newest list says goes before what a forecast says, and that nobody looked lately goes
 * before both. */
#include "core/state.h"

#include <assert.h>

static const struct {
    const char *name, *slug;
} words[STATES - VERDICTS] = {
    [STATE_UNREADABLE - VERDICTS] = { "unreadable", "unreadable" },
    [STATE_MISSING - VERDICTS] = { "missing", "missing" },
    [STATE_EXPIRED - VERDICTS] = { "expired", "expired" },
    [STATE_NOT_OFFERED - VERDICTS] = { "not offered", "not_offered" },
};

struct presence presence_at(bool missing, bool unreadable, unix_s expires, unix_s list_at,
                            int64_t stale_after_s, unix_s now)
{
    return (struct presence){
        .missing = missing,
        .unreadable = unreadable,
        .listed_lately = !stamp_is_stale(list_at, stale_after_s, now),
        .expired = expires != TIME_NONE && expires <= now,
    };
}

enum state state_of(enum verdict verdict, const struct presence *p)
{
    if (verdict == VERDICT_STALE && !p->listed_lately)
        return STATE_STALE;
    if (p->missing)
        return STATE_MISSING;
    if (p->unreadable)
        return STATE_UNREADABLE;
    if (verdict == VERDICT_STALE)
        return STATE_STALE;
    return p->expired ? STATE_EXPIRED : (enum state)verdict;
}

enum state state_of_credits(enum credits_source source, enum verdict verdict, bool known)
{
    if (source == CREDITS_NOT_OFFERED)
        return STATE_NOT_OFFERED;
    return known ? (enum state)verdict : STATE_STALE;
}

/* Without a budget there is no balance that could get stale. */
enum verdict state_aged(enum verdict verdict)
{
    return verdict == VERDICT_NO_BUDGET ? verdict : VERDICT_STALE;
}

bool state_is_in_use(enum state state)
{
    return state < (enum state)VERDICTS;
}

struct forecast state_forecast(enum state state, const struct forecast *f)
{
    if (state == (enum state)f->verdict)
        return *f;
    struct forecast shown = forecast_none();
    shown.horizon = f->horizon;
    shown.made_at = f->made_at;
    shown.read_at = f->read_at;
    shown.available = f->available;
    shown.limit = f->limit;
    return shown;
}

bool state_has_times(enum state state)
{
    return state == STATE_SAFE || state == STATE_TIGHT || state == STATE_RUNS_DRY;
}

/* Whatever has an end in sight comes second, whether it is safe or not: the time decides. */
static int rank_of(const struct urgency *u)
{
    static const int ranks[STATES] = {
        [STATE_EXHAUSTED] = 0,   [STATE_STALE] = 2, [STATE_UNREADABLE] = 3, [STATE_MISSING] = 3,
        [STATE_LEARNING] = 4,    [STATE_SAFE] = 5,  [STATE_TIGHT] = 5,      [STATE_RUNS_DRY] = 5,
        [STATE_UNUSED] = 6,      [STATE_IDLE] = 6,  [STATE_NO_BUDGET] = 7,  [STATE_EXPIRED] = 8,
        [STATE_NOT_OFFERED] = 9,
    };
    enum { ENDS = 1 };
    return state_has_times(u->state) && u->likely != TIME_NONE && u->likely < TIME_FAR
        ? ENDS
        : ranks[u->state];
}

int urgency_compare(const struct urgency *a, const struct urgency *b)
{
    if (rank_of(a) != rank_of(b))
        return rank_of(a) - rank_of(b);
    if (a->likely != b->likely)
        return a->likely < b->likely ? -1 : 1;
    return (int)b->level - (int)a->level;
}

const char *state_name(enum state state)
{
    assert(state < STATES);
    return state < (enum state)VERDICTS ? forecast_verdict_name((enum verdict)state)
                                        : words[state - VERDICTS].name;
}

const char *state_slug(enum state state)
{
    assert(state < STATES);
    return state < (enum state)VERDICTS ? forecast_verdict_slug((enum verdict)state)
                                        : words[state - VERDICTS].slug;
}
