/* Where money moves: calls, profiles and resets, each exact and each in the books. */
#include "core/calendar.h"
#include "sim/account.h"
#include "sim/agenda.h"

/* What still stands between this payer and a 402. */
static int64_t available_nano(const struct sim_account *a, const struct sim_token *token)
{
    if (!token || !token_is_capped(token))
        return a->credits.nano;
    int64_t balance = token->terms.balance.is.nano;
    return balance < a->credits.nano ? balance : a->credits.nano;
}

static void deduct(struct sim_account *a, struct sim_token *token, struct money cost)
{
    a->credits.nano -= cost.nano;
    if (!token) {
        a->base_spent.nano += cost.nano;
        return;
    }
    token->spent.nano += cost.nano;
    if (!token_is_capped(token))
        return;
    token->terms.balance.is.nano -= cost.nano;
    if (a->settle_every_s)
        token->unsettled.nano += cost.nano;
}

/* A batch takes in what was spent before it; the real one runs at times of its own. */
static void settle(struct sim_account *a)
{
    if (!a->settle_every_s || a->now / a->settle_every_s == a->settled_batch)
        return;
    a->settled_batch = a->now / a->settle_every_s;
    for (size_t i = 0; i < a->token_count; i++)
        a->tokens[i]->unsettled.nano = 0;
    a->version++;
}

void account_settle_every(struct sim_account *a, int64_t every_s)
{
    a->settle_every_s = every_s;
    a->settled_batch = every_s ? a->now / every_s : 0;
    for (size_t i = 0; i < a->token_count; i++)
        a->tokens[i]->unsettled.nano = 0;
}

static struct sim_page *page_of(struct sim_account *a, struct sim_token *token)
{
    struct sim_page **page = token ? &token->page : &a->base_page;
    if (!*page)
        *page = books_open(&a->books, token ? token->name : BASE_TOKEN);
    return *page;
}

enum spend_verdict account_spend(struct sim_account *a, struct sim_token *token,
                                 const struct purchase *wanted)
{
    struct purchase bought = *wanted;
    if (token && token_is_expired(token, a->now))
        return SPEND_EXPIRED;
    if (token && token_is_sandbox(token))
        bought.cost.nano = 0;
    else if (available_nano(a, token) <= 0)
        return SPEND_EMPTY;

    settle(a);
    deduct(a, token, bought.cost);
    if (token && token->member && !*bought.user)
        bought.user = token->member;
    books_record(&a->books, page_of(a, token), a->now, &bought);
    a->version++;
    return SPEND_DONE;
}

/* A slot stands for many calls: when money runs short, only the calls up to the first refusal were
 * made. */
static void shrink_to_available(const struct sim_account *a, const struct sim_token *t,
                                struct purchase *p)
{
    int64_t left = available_nano(a, t);
    if (left <= 0 || left >= p->cost.nano || token_is_sandbox(t))
        return;
    int64_t price = p->cost.nano / p->calls;
    if (price == 0)
        return;
    p->calls = (unsigned)((left + price - 1) / price);
    p->cost.nano = price * p->calls;
}

static void spend_slot(struct sim_account *a, struct sim_token *t)
{
    struct slot_spending slot = profile_slot(&t->profile, t->seed, a->now);
    const struct use *use = &t->uses[slot.choice % t->use_count];
    struct purchase p = { .cost = slot.cost,
                          .calls = slot.calls,
                          .feature = use->feature,
                          .provider = use->provider,
                          .user = "" };
    if (!p.calls)
        return;
    shrink_to_available(a, t, &p);
    (void)account_spend(a, t,
                        &p); /* refused: the caller of the real service would be refused as well */
}

static void reset(struct sim_account *a, struct sim_token *t)
{
    if (!t->terms.reset_amount.known)
        return;
    t->terms.balance = t->terms.reset_amount;
    t->unsettled.nano = 0;
    a->version++;
}

void account_advance(struct sim_account *a, unix_s now)
{
    while (a->living_count && token_due(a->agenda[0]) <= now) {
        struct sim_token *t = a->agenda[0];
        a->now = token_due(t);
        if (t->next_reset <= a->now) {
            reset(a, t);
            t->next_reset = calendar_next_reset(t->terms.period, a->now);
        }
        if (t->next_slot <= a->now) {
            spend_slot(a, t);
            t->next_slot = profile_next(&t->profile, t->seed, a->now);
        }
        agenda_moved(a->agenda, a->living_count, t);
    }
    if (now > a->now)
        a->now = now;
    settle(a);
}
