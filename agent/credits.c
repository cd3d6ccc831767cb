/* What is left on the account: asked with every poll, a series of its own, with burn, forecast and rules like a token.
 *
 * It is no token: no list shows it, so it is never missing, deleted or suspicious. An answer that fails leaves the last
 * balance with its age; unknown is not zero. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/wire.h"
#include "parts.h"

#define CREDITS_PATH "/v2/cost_management/credits/"

void credits_ask(struct account *account)
{
    struct credits *c = &account->credits;
    if (c->errand.over) /* of a poll that was not stored: a newer answer is as good */
        errand_done(&c->errand);
    c->wanted = !errand_is_under_way(&c->errand);
}

void credits_start(struct agent *a, struct account *account, mono_ms now)
{
    struct credits *c = &account->credits;
    struct text url = { 0 };
    if (!c->wanted || c->errand.over || !budget_take(&account->budget, BUDGET_NEEDED, now))
        return;
    c->wanted = false;
    text_addf(&url, "%s%s", account->settings->url, CREDITS_PATH);
    errand_start(&c->errand, a->fetch, account->settings, text_z(&url), false);
    text_done(&url);
}

mono_ms credits_deadline(const struct account *account, mono_ms now)
{
    return account->credits.wanted ? budget_ready(&account->budget, BUDGET_NEEDED, now) : MONO_NEVER;
}

bool credits_are_owed(const struct account *account)
{
    const struct credits *c = &account->credits;
    return c->wanted || c->errand.over || errand_is_under_way(&c->errand);
}

static struct reading reading_of(struct money left)
{
    return (struct reading){
        .name = "",
        .type = "credits",
        .balance = money_known(left),
        .budgeted = true,
        .expires = TIME_NONE,
    };
}

static bool ingest_first(struct agent *a, struct account *account, struct money left, unix_s at, struct fault *why)
{
    struct fleet seen = { 0 };
    struct token *t = fleet_add(&seen, "");
    t->series = SERIES_CREDITS;
    t->last = reading_of(left);
    snprintf(t->slug, sizeof t->slug, "%s", STORE_CREDITS_SLUG);
    bool ok = ingest_newcomer(a, account, &account->credits.series, t, at, why);
    fleet_done(&seen);
    return ok;
}

static bool ingest_again(struct agent *a, struct account *account, struct money left, unix_s at, struct fault *why)
{
    struct token *t = &account->credits.series.tokens[0];
    struct sighting s = { .token = t, .reading = reading_of(left) };
    s.reading.name = t->name;
    if (ledger_differs(&t->last, &s.reading))
        rhythm_moved(account);
    return belief_take(a, account, &s, at, why) && belief_seen(a, t, at, why);
}

bool credits_store(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    struct credits *c = &account->credits;
    struct money left;
    if (c->errand.over && c->errand.result == POLL_OK
        && !wire_decode_credits((struct span){ text_z(&c->errand.body), c->errand.body.len }, &left, &c->errand.why))
        c->errand.result = POLL_BROKEN;
    bool told = c->errand.over && c->errand.result == POLL_OK;
    if (c->errand.over
        && !store_set_credits_reason(a->store, account->id, told ? NULL : c->errand.why.text, why))
        return false;
    if (c->errand.over && !told && c->series.count)
        c->series.tokens[0].moved = true; /* its row says when it was seen last: polls no longer stand for that */
    if (told && c->series.count && !ingest_again(a, account, left, at, why))
        return false;
    if (told && !c->series.count && !ingest_first(a, account, left, at, why))
        return false;
    return ingest_outlook(a, account, &c->series, at, why);
}

static const struct condition_kind answers = { "credits", "credits endpoint recovered", LOG_WARNING };

void credits_settle(struct agent *a, struct account *account)
{
    struct credits *c = &account->credits;
    const char *name = account->settings->name;
    if (!c->errand.over)
        return;
    struct text words = { 0 };
    text_addf(&words, "credits endpoint %s: %s", poll_result_name(c->errand.result), c->errand.why.text);
    conditions_feed(&a->conditions, &answers, &(struct condition_now){ name, (int)c->errand.result, text_z(&words) },
                    clock_mono());
    text_done(&words);
    text_clear(&c->reason);
    if (c->errand.result != POLL_OK)
        text_addf(&c->reason, "%s", c->errand.why.text);
    errand_done(&c->errand);
}

/* They belong to the poll they were asked with, whose row is there already. */
static bool store_late(struct agent *a, struct account *account, unix_s at, struct fault *why)
{
    store_resume_poll(a->store, account->last_poll);
    return credits_store(a, account, at, why) && ingest_outlook(a, account, &account->fleet, at, why);
}

bool credits_turn(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct credits *c = &account->credits;
    if (errand_is_under_way(&c->errand) && errand_turn(&c->errand, account->settings)
        && c->errand.result == POLL_UNAUTHORIZED && account_renew_key(account, &c->errand.why)) {
        errand_done(&c->errand);
        c->wanted = true;
    }
    if (!c->errand.over || account->poll || (!account->last_poll && !account->ahead))
        return true;
    if (account_write(a, account, store_late, now, why)) {
        credits_settle(a, account);
        belief_tell(account, &c->series, now);
        if (belief_waits(&c->series))
            rhythm_confirm(account);
        return true;
    }
    errand_done(&c->errand);
    return false;
}

void credits_done(struct credits *c)
{
    errand_done(&c->errand);
    fleet_done(&c->series);
    ration_done(&c->ration);
    text_done(&c->reason);
}
