/* What tokens have to expect: forecasts that came due are scored, those that are wanted are queued,
 * and full ones become curves. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "core/forecast/dry.h"
#include "core/forecast/net.h"
#include "core/forecast/reset.h"
#include "core/plan/inside.h"

static void score(struct plan_view *v, int place, const struct score *score)
{
    struct plan *p = v->plan;
    struct tracked_forecasts *promises = view_own(v)->promises;
    struct plan_tracked op = {
        .of = v->own,
        .what = score ? PLAN_TRACKED_SCORED : PLAN_TRACKED_DROPPED,
        .place = place,
        .forecast = promises->at[place],
    };
    if (score) {
        op.score = *score;
        accuracy_book(&promises->record, &score->due);
        p->scores = true;
    }
    plan_note_tracked(p, &op);
    promises->at[place].made_at = TIME_NONE;
}

/* What came due is scored, and the place is free again. Time passes for a tracked forecast as far
 * as its token was seen: one that was not kept while nobody could look is no miss. */
void settle_promises(struct plan_view *v)
{
    for (int i = 0; v->is->promises && i < TRACKED_MAX; i++) {
        struct score came;
        switch (tracked_ended(&v->is->promises->at[i], v->is->burn.last_seen, &came)) {
        case TRACKED_STANDS:
            break;
        case TRACKED_SCORED:
            score(v, i, &came);
            break;
        case TRACKED_UNKNOWN:
            score(v, i, NULL);
            break;
        }
    }
}

/* Whether it has a curve that no tracked forecast is made of, and the last one is old. */
static bool may_promise(const struct token *t, unix_s now)
{
    const struct tracked_forecasts *p = t->promises;
    if (!t->curve || !p)
        return false;
    return p->last_made == TIME_NONE || now < p->last_made
        || (now - p->last_made >= TRACKED_EVERY_S && t->curve->origin > p->last_made);
}

/* Of the share whose turn it is, else of the next that is free and can be scored. Whose places are
 * all taken keeps no other from its turn. */
void make_promise(struct plan_view *v)
{
    struct plan *p = v->plan;
    if (p->promises_left == 0 || !may_promise(v->is, p->at))
        return;
    for (int n = 0, turn = tracked_turn(v->is->promises, p->at); n < TRACKED_MAX; n++) {
        const struct token *t = v->is;
        struct plan_tracked op = { .what = PLAN_TRACKED_MADE, .place = (turn + n) % TRACKED_MAX };
        if (t->promises->at[op.place].made_at != TIME_NONE
            || !tracked_make(op.place, t->curve, &t->last, p->at, t->spent_nano, &op.forecast))
            continue;
        struct tracked_forecasts *own = view_own(v)->promises;
        own->at[op.place] = op.forecast;
        own->last_made = p->at;
        op.of = v->own;
        plan_note_tracked(p, &op);
        p->promises_left--;
        return;
    }
}

void plan_claim(struct plan *p, enum plan_set set, struct forecast_queue *queue)
{
    const struct token_set *f = p->base.sets[set];
    struct plan_view v;
    const struct midnights m = midnights_around(p->at);
    forecast_queue_begin(queue);
    for (size_t i = 0; i < f->count; i++) {
        if (plan_stands(p, set, i, &m)) /* it wanted none */
            continue;
        view_at(p, set, i, &v);
        if (v.own && v.own->fate == PLAN_IS_DELETED)
            continue;
        settle_promises(&v);
        forecast_queue_add(queue, v.is, i, p->at);
    }
    forecast_queue_urgent_first(queue);
}

static void add_entry(struct past *past, const struct entry *e)
{
    struct hour_slice slices[BURN_SLICES_MAX];
    size_t count = burn_slice(e, slices, BURN_SLICES_MAX);
    for (size_t i = 0; i < count; i++)
        past_add_hour(past, slices[i].hour_start, slices[i].spent);
}

bool plan_add_past(const struct plan_token *t, struct past *past)
{
    if (t->undone)
        return false;
    for (size_t b = 0; b < t->booking_count; b++)
        for (size_t i = 0; i < t->bookings[b].change.entry_count; i++)
            add_entry(past, &t->bookings[b].change.entries[i]);
    return true;
}

/* Of a budget that is reset, and whose amount is known. */
static void foresee_reset(struct token *t, const struct past *past, const struct reset_odds *before)
{
    unix_s resets = calendar_next_reset(t->last.period, past->last_seen);
    struct maybe_money full = rule_full(&t->last, t->high_water);
    if (resets == TIME_NONE || !full.known)
        return;
    dry_foresee(t->curve,
                &(struct dry_question){
                    .past = past,
                    .forest = &reset_forest,
                    .budget = { calendar_last_reset(t->last.period, past->last_seen), resets,
                                (double)full.is.nano },
                    .nano = forecast_queue_amount(t),
                    .before = before,
                });
}

void token_forecast(struct token *t, const struct past *past)
{
    struct reset_odds before = { .at = TIME_NONE };
    if (t->curve)
        before = t->curve->reset;
    if (!t->curve)
        t->curve = xmalloc(sizeof *t->curve);
    if (!t->promises)
        t->promises = tracked_new();
    t->invalidated = false;
    t->judged.at = TIME_NONE;
    if (curve_make(past, &net_shipped, forecast_queue_amount(t), t->curve)) {
        foresee_reset(t, past, &before);
        curve_widen(t->curve, &t->promises->record);
        return;
    }
    free(t->curve);
    t->curve = NULL;
}

void plan_forecast(struct plan_token *t, const struct past *past)
{
    token_forecast(&t->is, past);
}
