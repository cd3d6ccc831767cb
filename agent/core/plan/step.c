/* A wall clock that is set, by hand or when the network comes: no time passed, whatever the stamps
 * say. */
#include "base/span.h"
#include "core/plan/inside.h"

static void move(unix_s *at, int64_t step_s)
{
    if (*at != TIME_NONE && *at < TIME_FAR)
        *at += step_s;
}

static void move_forecast(struct forecast *f, int64_t step_s)
{
    unix_s *const times[] = { &f->early,  &f->likely,  &f->late,   &f->alarm,
                              &f->relief, &f->made_at, &f->read_at };
    for (size_t i = 0; i < COUNT(times); i++)
        move(times[i], step_s);
}

/* What was forecast by another clock cannot be scored by this one. */
static void drop_promises(struct plan *p, struct plan_token *s)
{
    struct tracked_forecasts *promises = s->is.promises;
    for (int i = 0; promises && i < TRACKED_MAX; i++) {
        if (promises->at[i].made_at != TIME_NONE)
            plan_note_tracked(
                p, &(struct plan_tracked){ .of = s, .what = PLAN_TRACKED_DROPPED, .place = i });
        promises->at[i].made_at = TIME_NONE;
    }
    if (promises)
        promises->last_made = TIME_NONE;
}

/* Forward only, and never beyond the present: where it is not clear by which clock an absence
 * began, it is a short one. */
static void step_absence(struct token *t, int64_t step_s, unix_s at)
{
    if (t->absent_since != TIME_NONE && step_s > 0)
        t->absent_since = t->absent_since + step_s < at ? t->absent_since + step_s : at;
}

/* No level has held for longer, or shorter, because of it. */
static void step_alert(struct plan *p, struct plan_token *s, size_t rule, int64_t step_s)
{
    struct alert *a = &s->is.alerts[rule];
    if (a->level == LEVEL_NONE && a->pending == LEVEL_NONE)
        return;
    a->since += step_s;
    a->pending_since += step_s;
    plan_note_alert(p, s, rule);
}

static void step_token(struct plan *p, struct plan_token *s, int64_t step_s)
{
    struct token *t = &s->is;
    t->stepped_s += step_s;
    if (t->doubt)
        move(&t->doubt->held.at, step_s);
    if (token_leap(t).poll)
        t->doubt->leap.since += step_s;
    burn_shift(&t->burn, step_s);
    if (t->curve)
        move(&t->curve->origin, step_s);
    move_forecast(&t->forecast, step_s);
    step_absence(t, step_s, p->at);
    for (size_t i = 0; t->alerts && i < p->base.rules->count; i++)
        step_alert(p, s, i, step_s);
    s->dirty = true;
    drop_promises(p, s);
}

void plan_step(struct plan *p, int64_t step_s)
{
    p->step_s = step_s;
    static const enum plan_set moved[] = { PLAN_TOKENS, PLAN_CREDITS };
    for (size_t s = 0; s < COUNT(moved); s++)
        for (size_t i = 0; p->base.sets[moved[s]] && i < p->base.sets[moved[s]]->count; i++)
            step_token(p, plan_touch(p, moved[s], i), step_s);
}
