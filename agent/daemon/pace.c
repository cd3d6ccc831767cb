/* After a poll: when and why the next one is planned, written down with what the poll found out, so
 * that readers know how long no reading is no bad sign. */
#include "daemon/pace.h"

#include "api/collect.h"
#include "daemon/account.h"
#include "daemon/ingest.h"
#include "daemon/state.h"

enum { LOOK_AGAIN_MS = 5 * 1000 };

static struct schedule_limits limits_of(const struct account_settings *s)
{
    return (struct schedule_limits){ s->interval_s, s->interval_min_s, s->interval_max_s };
}

static struct moment moment_at(unix_s now)
{
    return (struct moment){ clock_mono(), now };
}

void pace_start(struct agent *a, struct account *account, int64_t delay_ms)
{
    account->schedule =
        schedule_start(limits_of(account->settings), delay_ms, moment_at(clock_unix()), &a->random);
    account->api = (struct api){
        .settings = account->settings,
        .fetch = a->fetch,
        .rate_limit = rate_limit_start(account->settings->calls_milli_per_s, clock_mono()),
        .unattended = true,
        .element_key = siphash_key_from_system(),
    };
}

void pace_confirm(struct account *account)
{
    schedule_confirm(&account->schedule, moment_at(clock_unix()));
}

void pace_moved(struct account *account)
{
    account->schedule.moved = moment_at(clock_unix());
}

/* What the rhythm is about: a token, and a time. */
static void say_why(struct plan_row *row, const struct schedule *s, const struct outlook *o)
{
    switch (s->rhythm) {
    case PACE_RUNWAY:
        row->token = o->dry_token;
        row->about_at = o->dry_at;
        break;
    case PACE_JUMP:
        row->token = o->jumped_token;
        break;
    case PACE_CONFIRM:
        row->token = o->held_token;
        break;
    case PACE_IDLE:
        row->about_at = s->moved.unix;
        break;
    case PACE_USUAL:
    case PACE_RETRY:
    case PACES:
        break;
    }
}

void pace_plan(struct agent *a, const struct account *account, const struct plan *p,
               struct pace *ret)
{
    const struct poll *poll = account->poll;
    const struct moment now = moment_at(p->at);
    *ret = (struct pace){ now, account->schedule, plan_outlook(p) };
    ret->outlook.moved = poll->changed > 0;
    if (p->moves)
        ret->schedule.moved = moment_at(clock_unix());
    schedule_book(&ret->schedule, poll->result, poll->retry_after_s, &ret->outlook, now,
                  &a->random);
}

bool pace_store(struct agent *a, const struct account *account, const struct pace *pace,
                struct fault *why)
{
    const struct schedule *s = &pace->schedule;
    struct plan_row row = {
        .account = account->id,
        .next_poll_at = s->planned_at,
        .rhythm = s->rhythm,
        .wait_s = (s->wait_ms + 999) / 1000,
        .about_at = TIME_NONE,
        .stale_s = schedule_stale_s(s),
        .calls_milli_per_s = account->settings->calls_milli_per_s,
        .rest = schedule_rest(s, pace->booked),
        .url = account->settings->url,
    };
    say_why(&row, s, &pace->outlook);
    return store_put_plan(a->store, &row, why);
}

void pace_adopt(struct account *account, const struct pace *pace)
{
    account->schedule = pace->schedule;
    rate_limit_book(&account->api.rate_limit);
}

/* A key that is newer than the poll which refused the old one; one of the environment may be. */
static bool may_have_new_key(const struct account *account, const struct plan_memory *m)
{
    return m->result == POLL_UNAUTHORIZED
        && config_key_changed_at(account->settings) > m->polled_at;
}

/* A clock that is behind the last poll was lost or set back: a rest lasts as long as it was meant
 * to, not until that clock shows its end, which may be years. */
static struct schedule_rest rest_from(const struct plan_memory *m, unix_s now)
{
    struct schedule_rest rest = m->rest;
    if (now < m->polled_at)
        rest.until = time_after(now, seconds_between(m->polled_at, rest.until));
    return rest;
}

bool pace_resume(struct agent *a, struct account *account, struct fault *why)
{
    struct plan_memory m;
    if (!store_load_plan(a->store, account->id, account->settings->url, &m, why))
        return false;
    if (!m.known || may_have_new_key(account, &m))
        return true;
    account->last_result = m.result;
    unix_s now = clock_unix();
    schedule_resume(&account->schedule, rest_from(&m, now), moment_at(now));
    return true;
}

void pace_hurry(struct account *account)
{
    account->schedule.due = account->schedule.earliest = clock_mono();
}

bool pace_age(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    bool stale = account->last_ok != TIME_NONE
        && stamp_is_stale(account->last_ok, schedule_stale_s(&account->schedule), now);
    if (!stale || account->poll || account->aged_for == account->last_ok)
        return true;
    account->aged_for = account->last_ok; /* should it fail: with the next poll */
    return ingest_time(a, account, now, why);
}

static void renew_keys(struct account *account, struct fault *why)
{
    const struct account_settings *s = account->settings;
    for (size_t i = 0; i < s->token_key_count; i++)
        api_renew_key(&account->api, &s->token_keys[i], why);
    if (s->key)
        api_renew_key(&account->api, s, why);
}

void pace_watch_key(struct account *account, mono_ms now)
{
    struct fault unchanged = { 0 };
    bool waits = account->last_result == POLL_UNAUTHORIZED && !account->poll;
    if (waits && now >= account->key_looked_at + LOOK_AGAIN_MS) {
        account->key_looked_at = now;
        renew_keys(account, &unchanged);
    }
    if (waits && account->api.key_is_new)
        pace_hurry(account);
    account->api.key_is_new = false;
}

mono_ms pace_due(const struct account *account)
{
    struct moment now = moment_at(clock_unix());
    if (ingest_goes_on(account))
        return now.mono;
    return account->poll ? collect_deadline(account->poll, now.mono)
                         : schedule_due(&account->schedule, now);
}
