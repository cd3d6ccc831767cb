/* A wall clock that is set, by hand or when the network comes: no time passed, whatever the stamps
 * say.
 *
 * Between two polls the clock of the machine's uptime shows how much time passed. What the wall
 * clock shows beyond that was a step: burn, forecasts and the time of the last reading move with
 * it. Readings and sums that are stored keep the stamps they got, but for those of a clock that was
 * never set (1970): they are moved to where they were. */
#include "daemon/step.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/burn.h"
#include "daemon/account.h"
#include "daemon/state.h"

enum { STEP_MIN_S = 2 * MINUTE_S /* clocks that are slewed differ by less between two polls */ };

unix_s step_now(const struct account *account)
{
    unix_s now = clock_unix();
    if (now >= CLOCK_FLOOR_S || account->last_ok == TIME_NONE || account->last_ok < CLOCK_FLOOR_S)
        return now;
    return time_after(account->last_ok, 1 + (clock_boot() - account->heard.mono) / 1000);
}

static bool was_never_set(const struct account *account)
{
    return account->last_ok != TIME_NONE && account->last_ok < CLOCK_FLOOR_S;
}

static bool is_step(int64_t step_s)
{
    return step_s > STEP_MIN_S || step_s < -STEP_MIN_S;
}

/* By how much the wall clock was set since the last good poll. */
static int64_t step_since_heard(const struct account *account, unix_s at)
{
    int64_t passed_s = (clock_boot() - account->heard.mono) / 1000;
    if (account->heard.unix == TIME_NONE)
        return was_never_set(account) && at >= CLOCK_FLOOR_S ? seconds_between(account->last_ok, at)
                                                             : 0;
    int64_t step_s = at - account->heard.unix - passed_s;
    return is_step(step_s) ? step_s : 0;
}

static void forget_usage(struct consumption *c)
{
    c->resume = TIME_NONE;
    if (c->known.until != TIME_NONE && c->known.until < CLOCK_FLOOR_S)
        c->known.from = c->known.until = TIME_NONE;
}

void step_over(struct account *account, struct plan *p)
{
    int64_t step_s = step_since_heard(account, p->at);
    if (step_s == 0 || (was_never_set(account) && p->at < CLOCK_FLOOR_S))
        return;
    log_warning("%s: the clock was stepped by %+" PRId64
                " s since the last poll: burn and forecasts are "
                "shifted accordingly",
                account->settings->name, step_s);
    forget_usage(&account->consumption);
    plan_step(p, step_s);
}

/* Tokens that came since the start were first seen by the clock that was wrong. */
bool step_restamp(struct agent *a, const struct account *account, const struct plan *p,
                  struct fault *why)
{
    if (p->step_s == 0)
        return true;
    if (was_never_set(account))
        return store_rebase(a->store, CLOCK_FLOOR_S, p->step_s, why);
    return account->heard.unix == TIME_NONE
        || store_step_newcomers(a->store, account->id, account->began, p->step_s, why);
}

bool step_open(struct agent *a, struct account *account, struct fault *why)
{
    unix_s now = clock_unix();
    account->heard = (struct moment){ clock_boot(), TIME_NONE };
    if (!was_never_set(account) || now < CLOCK_FLOOR_S)
        return true;
    int64_t step_s = seconds_between(account->last_ok, now - 1);
    account->last_ok = now - 1;
    return store_rebase(a->store, CLOCK_FLOOR_S, step_s, why);
}

void step_heard(struct account *account, unix_s at, mono_ms boot)
{
    int64_t passed_s = (boot - account->heard.mono) / 1000;
    if (account->heard.unix == TIME_NONE)
        account->began = at;
    else if (is_step(at - account->heard.unix - passed_s))
        account->began += at - account->heard.unix - passed_s;
    account->heard = (struct moment){ boot, at };
}
