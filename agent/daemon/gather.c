/* Memory gives most of it; the store is asked only about tokens that are rare: those whose last
 * move may turn out not to have happened, and those whose name was deleted once. */
#include "daemon/gather.h"

#include <stdlib.h>

#include "api/collect.h"
#include "base/xmalloc.h"
#include "daemon/account.h"
#include "daemon/state.h"
#include "edge/store.h"

static void gather_edits(const struct edits *e, struct gathered *g)
{
    g->edits = xcalloc(e->count, sizeof *g->edits);
    for (size_t i = 0; i < e->count; i++)
        g->edits[i] =
            (struct plan_edit){ e->at[i].token, e->at[i].balance, .booked = e->at[i].booked };
}

void gather(const struct agent *a, struct account *account, struct gathered *ret)
{
    *ret = (struct gathered){ 0 };
    gather_edits(&account->edits, ret);
    ret->base = (struct plan_base){
        .sets = { &account->fleet, &account->credits.series, &account->self },
        .account = account->settings->name,
        .rules = &a->rules,
        .new_rules = account->new_rules,
        .interval_s = account->settings->interval_s,
        .stale_s = schedule_stale_s(&account->schedule),
        .own_key = &account->own_key.is,
        .overruled = account->overruled,
        .edits = ret->edits,
        .edit_count = account->edits.count,
    };
}

void gathered_done(struct gathered *g)
{
    for (size_t i = 0; i < g->undo_count; i++)
        free(g->undos[i].booked);
    free(g->undos);
    free(g->edits);
    token_set_done(&g->returned);
}

static bool gather_undo(struct agent *a, const struct token *t, struct gathered *g,
                        struct fault *why)
{
    struct reversal booked;
    struct plan_undo undo = { .token = t->id };
    if (!store_bookings_since(a->store, t->id, token_leap(t).poll, &booked, why))
        return false;
    undo.booked = booked.at;
    undo.count = booked.count;
    g->undos = xrealloc(g->undos, g->undo_count + 1, sizeof *g->undos);
    bool ok = store_scores_until(a->store, t->id, token_leap(t).since, &undo.record, why);
    g->undos[g->undo_count++] = undo;
    return ok;
}

/* Once a leap has a row, a reading may undo what was booked since. */
static bool gather_undos(struct agent *a, struct account *account, struct gathered *g,
                         struct fault *why)
{
    const struct poll *p = account->poll;
    for (size_t i = 0; p && i < p->observation_count; i++) {
        const struct observation *o = &p->observations[i];
        if (token_leap(o->token).poll > 0 && doubt_may_undo(o->token, &o->reading)
            && !gather_undo(a, o->token, g, why))
            return false;
    }
    const struct token_set *credits = &account->credits.series;
    return !credits->count || token_leap(&credits->tokens[0]).poll <= 0
        || gather_undo(a, &credits->tokens[0], g, why);
}

static bool revive_some(struct agent *a, struct account *account, unix_s at, bool with_id,
                        size_t *returned, struct fault *why)
{
    struct token_set *fresh = &account->poll->fresh;
    for (size_t i = 0; i < fresh->count; i++) {
        struct token *t = &fresh->tokens[i];
        if (token_identity(t).id[0] ? !with_id : with_id)
            continue;
        if (!store_revive_token(a->store, account->id, t, at, why))
            return false;
        *returned += t->id != 0;
    }
    return true;
}

/* How many of the tokens that memory does not know were deleted once; their rows live again. First
 * those that are known by a name alone, which others may have, too. */
static bool revive(struct agent *a, struct account *account, unix_s at, size_t *ret,
                   struct fault *why)
{
    *ret = 0;
    return revive_some(a, account, at, false, ret, why)
        && revive_some(a, account, at, true, ret, why);
}

static bool gather_returned(struct agent *a, struct account *account, unix_s at, struct gathered *g,
                            struct fault *why)
{
    struct orphan_alerts ended = { 0 }; /* with the tokens */
    size_t returned;
    bool ok = revive(a, account, at, &returned, why)
        && (!returned
            || store_load_tokens(a->store, account->id, &a->rules, &g->returned, &ended, why));
    orphan_alerts_done(&ended);
    return ok;
}

/* Before its first list no account has tokens that were deleted. */
static bool may_return(const struct account *account)
{
    return account->poll && account->poll->result == POLL_OK
        && (account->last_ok != TIME_NONE || account->fleet.count);
}

bool gather_stored(struct agent *a, struct account *account, unix_s at, struct gathered *g,
                   struct fault *why)
{
    bool ok = gather_undos(a, account, g, why)
        && (!may_return(account) || gather_returned(a, account, at, g, why));
    g->base.undos = g->undos;
    g->base.undo_count = g->undo_count;
    return ok;
}
