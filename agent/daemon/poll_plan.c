/* Known tokens first, then those that return, then newcomers: these would dilute what the list has
 * lost. Credits before the judging of tokens, which can spend no more than is left there. */
#include "daemon/poll_plan.h"

#include "api/collect.h"
#include "daemon/account.h"
#include "daemon/credits.h"
#include "daemon/forecasts.h"
#include "daemon/state.h"
#include "daemon/step.h"

enum { PART_TOKENS = 1000 }; /* newcomers of one part: some 15 ms */

static size_t place_of(const struct account *account, const struct token *t)
{
    return (size_t)(t - account->fleet.tokens);
}

/* Those that were deleted once have their row again. */
static bool returns(const struct token *seen)
{
    return seen->id != 0;
}

size_t poll_plan_part_end(const struct poll *poll, size_t next)
{
    if (poll->result != POLL_OK)
        return poll->fresh.count;
    for (size_t taken = 0; next < poll->fresh.count && taken < PART_TOKENS; next++)
        taken += !returns(&poll->fresh.tokens[next]);
    return next;
}

/* By its key, or the name that it was known by before it had an id. */
static struct token *returned_of(struct token_set *returned, const struct token *seen)
{
    struct token *t = token_set_find(returned, span_of(token_key(seen)));
    return t && t->id == seen->id ? t : token_set_find(returned, span_of(seen->last.name));
}

static void plan_returned(struct plan *p, const struct poll *poll, struct token_set *returned)
{
    for (size_t i = 0; i < poll->fresh.count; i++) {
        const struct token *seen = &poll->fresh.tokens[i];
        struct token *before = returns(seen) ? returned_of(returned, seen) : NULL;
        if (before)
            plan_return(p, before, seen);
        else if (returns(seen))
            plan_add(p, PLAN_TOKENS, seen);
    }
}

void poll_plan_newcomers(struct plan *p, const struct poll *poll, size_t from, size_t until)
{
    for (size_t i = from; i < until; i++)
        if (!returns(&poll->fresh.tokens[i]))
            plan_add(p, PLAN_TOKENS, &poll->fresh.tokens[i]);
}

/* A complete, plausible list. Newcomers come last: they would dilute what the list has lost. */
static void plan_list(struct plan *p, const struct account *account, struct gathered *g)
{
    const struct poll *poll = account->poll;
    for (size_t i = 0; i < poll->observation_count; i++) {
        const struct observation *o = &poll->observations[i];
        plan_take(p, PLAN_TOKENS, place_of(account, o->token), &o->reading, o->hash);
    }
    for (size_t i = 0; i < poll->renaming_count; i++) {
        const struct renaming *r = &poll->renamings[i];
        const struct identity is = token_identity(&r->is);
        plan_rename(p, place_of(account, r->token), &is, r->is.name);
    }
    for (size_t i = 0; i < poll->ended_count; i++)
        plan_revoke(p, place_of(account, poll->ended[i].token), poll->ended[i].at);
    plan_book_list(p, poll->nameless);
    plan_returned(p, poll, &g->returned);
    poll_plan_newcomers(p, poll, 0, account->intake.next);
}

static void end_orphans(struct plan *p, const struct account *account)
{
    for (size_t i = 0; i < account->orphans.count; i++)
        account_end_orphan(p, &account->orphans.at[i], NULL);
}

struct plan *poll_plan(struct agent *a, struct account *account, struct gathered *g)
{
    const struct poll *poll = account->poll;
    struct plan *p = plan_begin(&g->base, account->intake.at, PLAN_THIS_POLL);
    if (poll->result == POLL_OK && !account->ahead)
        step_over(account, p);
    if (poll->result == POLL_OK || poll->result == POLL_SUSPICIOUS)
        plan_judge_list(p);
    end_orphans(p, account); /* before a token of theirs is deleted */
    if (poll->result == POLL_OK)
        plan_list(p, account, g);
    credits_plan(account, p); /* first: a token can spend no more than they are */
    forecasts_make(a, account, p, PLAN_CREDITS);
    forecasts_make(a, account, p, PLAN_TOKENS);
    plan_judge(p, PLAN_CREDITS);
    plan_judge(p, PLAN_TOKENS);
    return p;
}
