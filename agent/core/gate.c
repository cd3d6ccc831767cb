/* First whether anything is known at all, then what is bad whatever is asked for, then each wish.
 */
#include "core/gate.h"

#include <stdio.h>

#include "base/text.h"

static const char *const names[] = {
    [GATE_OK] = "ok",
    [GATE_LOW] = "low",
    [GATE_UNKNOWN] = "unknown",
    [GATE_NOT_OFFERED] = "not_offered",
};
_Static_assert(COUNT(names) == GATES, "a gate has no name");

const char *gate_name(enum gate gate)
{
    return names[gate];
}

/* No money can end; with a budget it is refused at zero like any other. */
static bool needs_no_money(const struct gate_view *v)
{
    return v->is_free && v->spends_credits;
}

bool gate_asks_credits(const struct gate_view *v)
{
    return v->spends_credits && !v->is_free && state_is_in_use(v->state);
}

/* Why a state answers nothing, whatever is asked for; NULL: it does. */
static const char *objection_of(enum state state)
{
    switch (state) {
    case STATE_UNREADABLE:
        return "its entry in the API's last response is invalid";
    case STATE_STALE:
        return "there is no fresh reading";
    case STATE_MISSING:
        return "it is missing from the token list";
    case STATE_LEARNING:
    case STATE_NO_BUDGET:
    case STATE_UNUSED:
    case STATE_IDLE:
    case STATE_SAFE:
    case STATE_TIGHT:
    case STATE_RUNS_DRY:
    case STATE_EXHAUSTED:
    case STATE_EXPIRED:
    case STATE_NOT_OFFERED:
    case STATES:
        break;
    }
    return NULL;
}

static bool is_unknown(const struct gate_view *v, const struct gate_spec *w, unix_s now,
                       char *reason)
{
    char age[DURATION_TEXT_BYTES];
    const char *objection = objection_of(v->state);
    if (v->seen == TIME_NONE)
        snprintf(reason, GATE_REASON_BYTES, "it has never been read");
    else if (stamp_is_stale(v->seen, w->max_age_s, now))
        snprintf(reason, GATE_REASON_BYTES, "the last reading is %s old",
                 duration_format(seconds_between(v->seen, now), age));
    else if (objection)
        snprintf(reason, GATE_REASON_BYTES, "%s", objection);
    else if (!v->balance.known && !needs_no_money(v))
        snprintf(reason, GATE_REASON_BYTES, "its balance is unknown");
    else
        return false;
    return true;
}

static enum gate judge_balance(const struct gate_view *v, const struct gate_spec *w, char *reason)
{
    char is[MONEY_TEXT_BYTES], wanted[MONEY_TEXT_BYTES];
    const char *where = v->by_credits ? " of its account's credits" : "";
    money_format_beside(v->balance.is, w->balance.is, is);
    snprintf(reason, GATE_REASON_BYTES, "%s USD%s left", is, where);
    if (v->balance.is.nano > 0 && (!w->balance.known || v->balance.is.nano >= w->balance.is.nano))
        return GATE_OK;
    if (w->balance.known && w->balance.is.nano > 0)
        snprintf(reason, GATE_REASON_BYTES, "%s USD%s left, less than %s", is, where,
                 money_format_beside(w->balance.is, v->balance.is, wanted));
    return GATE_LOW;
}

/* A reset before the end fills the balance up again, though not the account's credits. */
static enum gate judge_runway(const struct gate_view *v, const struct gate_spec *w, unix_s now,
                              char *reason)
{
    char left[DURATION_TEXT_BYTES], wanted[DURATION_TEXT_BYTES];
    size_t len = strlen(reason);
    if (v->state == STATE_LEARNING) {
        snprintf(reason, GATE_REASON_BYTES,
                 "too few readings yet to forecast how long the balance lasts");
        return GATE_UNKNOWN;
    }
    bool is_refilled = !v->by_credits && v->refilled != TIME_NONE && v->state != STATE_RUNS_DRY;
    bool ends = v->likely != TIME_NONE && !is_refilled;
    if (!ends) {
        snprintf(reason + len, GATE_REASON_BYTES - len,
                 v->likely != TIME_NONE ? ", reset before it runs out" : ", no end in sight");
        return GATE_OK;
    }
    bool is_enough = seconds_between(now, v->likely) >= w->runway_s;
    snprintf(reason + len, GATE_REASON_BYTES - len, ", which lasts %s%s%s",
             duration_format(seconds_between(now, v->likely), left),
             is_enough ? "" : ", less than ",
             is_enough ? "" : duration_format(w->runway_s, wanted));
    return is_enough ? GATE_OK : GATE_LOW;
}

enum gate gate_judge(const struct gate_view *v, const struct gate_spec *w, unix_s now,
                     char reason[GATE_REASON_BYTES])
{
    if (v->state == STATE_NOT_OFFERED) {
        snprintf(reason, GATE_REASON_BYTES, CREDITS_NOT_OFFERED_REASON);
        return GATE_NOT_OFFERED;
    }
    if (is_unknown(v, w, now, reason))
        return GATE_UNKNOWN;
    if (v->state == STATE_EXPIRED) {
        snprintf(reason, GATE_REASON_BYTES, "it has expired");
        return GATE_LOW;
    }
    if (needs_no_money(v)) {
        snprintf(reason, GATE_REASON_BYTES,
                 "it is a sandbox token without a budget: its calls are free");
        return GATE_OK;
    }
    enum gate gate = judge_balance(v, w, reason);
    if (gate == GATE_OK && w->runway_s >= 0)
        gate = judge_runway(v, w, now, reason);
    size_t len = strlen(reason);
    if (v->credits_unknown)
        snprintf(reason + len, GATE_REASON_BYTES - len, " (its account's credits are unknown)");
    else if (v->is_estimate)
        snprintf(reason + len, GATE_REASON_BYTES - len, " (credits are an estimate)");
    return gate;
}
