/* Time alone changes what is to be expected of a token: its forecast is read for the balance of
 * now, rules are stepped, and what moved enough is worth storing and publishing.
 *
 * A plan looks at each token. With a list, one about which nothing was read has its turn twice in
 * a minute; else what was made of it stands: time changes it slowly, and what is known to come
 * sooner is waited for. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "core/plan/inside.h"

static struct purse purse_of(const struct plan *p, const struct token *t)
{
    return (struct purse){ .reading = &t->last,
                           .curve = t->curve,
                           .watched = watched_of(&t->burn, p->base.stale_s) };
}

/* The credits as they will be; NULL: they were never known. */
static const struct token *credits_of(const struct plan *p)
{
    const struct token_set *known = p->base.sets[PLAN_CREDITS];
    if (known && known->count)
        return plan_token_at(p, PLAN_CREDITS, 0);
    for (size_t i = 0; i < p->touched_count; i++)
        if (p->touched[i]->set == PLAN_CREDITS)
            return &p->touched[i]->is;
    return NULL;
}

/* A curve of a token that spent nothing for a week says nothing any more; what was read is what
 * commands find. */
static void keep_curve(struct plan_view *v)
{
    if (v->is->curve && !forecast_is_live(&v->is->burn)) {
        struct token *own = view_own(v);
        free(own->curve);
        own->curve = NULL;
    }
    unix_s origin = v->is->curve ? v->is->curve->origin : TIME_NONE;
    if (origin == v->is->curve_kept)
        return;
    view_own(v)->curve_kept = origin;
    v->own->keeps_curve = true;
}

/* When it will likely run dry; TIME_NONE: a balance that is set back, or gone anyway, before it is
 * empty does not. */
static unix_s dry_at(const struct token *t, const struct forecast *f, unix_s at)
{
    unix_s reset = calendar_next_reset(t->last.period, at), end = f->likely;
    if (t->missing || end == TIME_NONE || end >= TIME_FAR || end <= at
        || (reset != TIME_NONE && f->verdict != VERDICT_RUNS_DRY))
        return TIME_NONE;
    end = reset != TIME_NONE && end >= reset ? reset - 1 : end;
    return t->last.expires == TIME_NONE || end < t->last.expires ? end : TIME_NONE;
}

enum { STANDS_MOST_S = MINUTE_S };

/* They take turns, so that no list has to look at all of them. */
static int64_t stands_for_s(size_t place)
{
    return STANDS_MOST_S / 2 + (int64_t)(place % (STANDS_MOST_S / 2));
}

static bool lies_between(unix_s at, unix_s from, unix_s until)
{
    return at > from && at <= until;
}

bool plan_stands(const struct plan *p, enum plan_set set, size_t place, const struct midnights *m)
{
    if (!p->lists || set != PLAN_TOKENS || plan_shadow(p, set, place))
        return false;
    const struct token *t = &p->base.sets[set]->tokens[place];
    const struct judged *j = &t->judged;
    return j->at != TIME_NONE && !j->moves && list_saw(t) && p->at >= j->at
        && p->at - j->at < stands_for_s(place) && !lies_between(t->last.expires, j->at, p->at)
        && !lies_between(m->last[t->last.period], j->at, p->at);
}

/* A runway shortens while nothing is read: whether it passes a threshold within a turn. */
static bool nears_level(const struct rule *rule, const struct forecast *f, unix_s at)
{
    bool nears = false;
    for (enum level l = LEVEL_NONE + 1; l < LEVELS; l++) {
        int64_t left_s = f->alarm - at - rule->levels[l].at;
        nears |= rule->levels[l].set && left_s >= 0 && left_s <= STANDS_MOST_S;
    }
    return nears;
}

static bool nears_alert(const struct plan *p, const struct forecast *f)
{
    bool nears = false, ends = f->alarm > p->at && f->alarm < TIME_FAR;
    for (size_t i = 0; ends && p->base.rules && i < p->base.rules->count; i++)
        nears |= rule_kind_has(p->base.rules->at[i].kind, KIND_BEYOND_RESET)
            && nears_level(&p->base.rules->at[i], f, p->at);
    return nears;
}

/* What is lived from, what is waited for, and what is known too little of. */
static bool moves(const struct plan *p, const struct token *t, const struct forecast *f)
{
    bool waits = nears_alert(p, f);
    for (size_t i = 0; t->alerts && i < p->base.rules->count; i++)
        waits |= t->alerts[i].pending != t->alerts[i].level;
    return waits || f->limit == LIMIT_CREDITS || t->burn.readings < BURN_MIN_READINGS
        || forecast_queue_urgency(t, p->at) > 0;
}

static struct plan_dry drier(struct plan_dry x, struct plan_dry y)
{
    return x.at == TIME_NONE || (y.at != TIME_NONE && y.at < x.at) ? y : x;
}

/* What a token adds to the whole, whether it was judged now or before. */
static void add_to_all(struct plan *p, enum plan_set set, const struct token *t,
                       const struct judged *j, const struct midnights *m)
{
    outlook_add_token(&p->outlooks[set], t, j, m);
    if (j->ends_at != TIME_NONE)
        p->dry[set] = drier(p->dry[set], (struct plan_dry){ j->ends_at, t->id });
}

static void note_judged(struct plan_view *v, const struct midnights *m)
{
    struct plan *p = v->plan;
    struct judged j = {
        .at = p->at,
        .ends_at = dry_at(v->is, &v->forecast, p->at),
        .moves = moves(p, v->is, &v->forecast),
    };
    outlook_judge(v->is, &v->forecast, &j);
    add_to_all(p, v->set, v->is, &j, m);
    if (v->own) {
        v->own->is.judged = j;
        return;
    }
    p->looks = xgrown(p->looks, p->look_count, &p->look_room, sizeof *p->looks);
    p->looks[p->look_count++] = (struct plan_look){ v->set, v->place, j };
}

/* Whether the outlook moved enough since it was published to be published again, and since it was
 * stored to be stored again before the hour ends. */
static void note_news(struct plan_view *v)
{
    const struct token *t = v->is;
    const struct gist now = token_gist(t, &v->forecast);
    bool resets = t->last.period != RESET_NONE, dirty = v->own && v->own->dirty;
    bool tells = dirty || (v->own && v->own->moved)
        || gist_moved(&t->published, &now, v->forecast.read_at, resets);
    bool stores = dirty || gist_misleads(&t->stored, &now, v->forecast.read_at, resets);
    if (!stores && !tells)
        return;
    struct token *own = view_own(v);
    own->stored = stores ? now : own->stored;
    own->published = tells ? now : own->published;
    v->own->stores |= stores;
    v->own->tells |= tells;
    v->own->dirty = v->own->moved = false;
}

/* Of a token, together with its account's credits until what was last reported of them is too old:
 * one answer that failed makes nobody rich. */
static void read_forecast(struct plan_view *v, const struct purse *credits)
{
    struct purse own = purse_of(v->plan, v->is);
    v->forecast = forecast_within(&own, credits, v->plan->at);
    v->is_read = true;
    if (v->own)
        v->own->is.forecast = v->forecast;
}

static void judge(struct plan_view *v, const struct purse *credits, const struct midnights *m)
{
    if (v->own && v->own->fate == PLAN_IS_DELETED)
        return;
    settle_promises(v);
    make_promise(v);
    keep_curve(v);
    read_forecast(v, credits);
    plan_judge_rules(v);
    note_news(v);
    note_judged(v, m);
}

/* Those that the set does not have yet. */
static void judge_new(struct plan *p, enum plan_set set, const struct purse *credits,
                      const struct midnights *m)
{
    for (size_t i = 0; i < p->touched_count; i++) {
        struct plan_token *t = p->touched[i];
        if (t->set != set || t->place != PLAN_NOWHERE)
            continue;
        struct plan_view v = { .plan = p, .set = set, .own = t, .is = &t->is };
        judge(&v, credits, m);
    }
}

/* A rule that is new, or credits that are news, may change what each token publishes. */
static bool judges_all(const struct plan *p)
{
    bool all = p->base.new_rules;
    for (size_t i = 0; i < p->touched_count; i++)
        all |= p->touched[i]->set == PLAN_CREDITS && p->touched[i]->tells;
    return all;
}

/* Judged by a plan before, of the same list; but what new rules found waits for the last one. */
static bool was_judged(const struct plan *p, const struct token *t)
{
    return t->judged.at != TIME_NONE && !plan_holds_finding(p, t);
}

static void judge_known(struct plan *p, enum plan_set set, const struct purse *credits,
                        const struct midnights *m)
{
    const struct token_set *f = p->base.sets[set];
    const bool all = judges_all(p);
    for (size_t i = 0; i < f->count; i++) {
        struct plan_view v;
        if (p->base.goes_on ? was_judged(p, &f->tokens[i]) : !all && plan_stands(p, set, i, m)) {
            add_to_all(p, set, &f->tokens[i], &f->tokens[i].judged, m);
            continue;
        }
        view_at(p, set, i, &v);
        judge(&v, credits, m);
    }
}

void plan_judge(struct plan *p, enum plan_set set)
{
    const struct midnights m = midnights_around(p->at);
    const struct token *credits = set == PLAN_TOKENS ? credits_of(p) : NULL;
    struct purse shared;
    if (credits)
        shared = purse_of(p, credits);
    if (!p->base.goes_on || !p->base.more) /* the last plan of a list looks at what is known */
        judge_known(p, set, credits ? &shared : NULL, &m);
    judge_new(p, set, credits ? &shared : NULL, &m);
    plan_report_findings(p);
}

struct outlook plan_outlook(const struct plan *p)
{
    return outlook_of_both(&p->outlooks[PLAN_TOKENS], &p->outlooks[PLAN_CREDITS]);
}

struct plan_dry plan_dry(const struct plan *p)
{
    return drier(p->dry[PLAN_TOKENS], p->dry[PLAN_CREDITS]);
}

unix_s plan_lost_since(const struct plan *p, size_t *ret_lost)
{
    unix_s since = TIME_NONE;
    *ret_lost = 0;
    for (size_t i = 0; i < p->touched_count; i++) { /* who is absent has a shadow */
        const struct plan_token *t = p->touched[i];
        unix_s absent = t->is.absent_since;
        if (t->fate == PLAN_IS_DELETED || absent == TIME_NONE || !t->is.lost_in_mass)
            continue;
        (*ret_lost)++;
        since = since == TIME_NONE || absent < since ? absent : since;
    }
    return since;
}
