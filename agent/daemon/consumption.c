/* What the consumption endpoint says: asked for once an hour for all tokens, stored, and booked
 * where no balance shows it.
 *
 * The first start asks for 90 days, in pieces when there are many tokens; from then on each answer
 * tells the last two days again, once a day the last seven and once a week the last 35, for the
 * service may tell late what was spent. A refusal is kept with its reason and harms no poll; a line
 * that cannot be read harms no other. */
#include "daemon/consumption.h"

#include <inttypes.h>
#include <stdio.h>

#include "daemon/account.h"
#include "daemon/commit.h"
#include "daemon/estimate.h"
#include "daemon/forecasts.h"
#include "daemon/gather.h"
#include "daemon/state.h"
#include "daemon/usage_booking.h"
#include "provider/provider.h"

enum {
    BACKFILL_DAYS = 90,
    AGAIN_DAYS = 1,      /* before the day that was reported last: its figures still changed */
    CATCH_UP_DAYS = 400, /* after a pause; what lies even longer back is not asked for */
    USAGE_INTERVAL_S = HOUR_S,
    TOKEN_DAYS_MAX = 20000, /* in one answer: some megabytes */
};

/* How far back a pass goes, and how often. */
static const struct reread {
    int64_t days, every_s;
} rereads[USAGE_REREADS] = {
    [REREAD_7D] = { 7, DAY_S },
    [REREAD_35D] = { 35, WEEK_S },
};

static unix_s day_of(unix_s at)
{
    return at - at % DAY_S;
}

/* A restart within the hour need not ask again. */
static int64_t first_delay_ms(const struct consumption *c, unix_s now)
{
    unix_s until = c->known.until;
    if (until == TIME_NONE || until > now || now - until >= USAGE_INTERVAL_S)
        return 0;
    return (USAGE_INTERVAL_S - (now - until)) * 1000;
}

void consumption_open(struct agent *a, struct consumption *c)
{
    const struct schedule_limits hourly = { USAGE_INTERVAL_S, USAGE_INTERVAL_S, USAGE_INTERVAL_S };
    const struct moment now = { clock_mono(), clock_unix() };
    c->schedule = schedule_start(hourly, first_delay_ms(c, now.unix), now, &a->random);
}

/* Fewer days for many tokens, and fewer after each failure: a server that gives up on a long answer
 * may manage half. */
static int64_t days_at_once(const struct account *account)
{
    int64_t days = TOKEN_DAYS_MAX / (int64_t)(account->fleet.count ? account->fleet.count : 1);
    int failures = account->consumption.schedule.failures;
    days = days < BACKFILL_DAYS ? days : BACKFILL_DAYS;
    days >>= failures < 6 ? failures : 6;
    return days > AGAIN_DAYS + 1 ? days : AGAIN_DAYS + 1;
}

/* A stamp of the future was made by a clock that was ahead. */
static bool is_reread_due(const struct consumption *c, enum usage_reread what, unix_s now)
{
    unix_s last = c->known.reread_at[what];
    return last == TIME_NONE || last > now || now - last >= rereads[what].every_s;
}

/* The first day that a new pass asks about. */
static unix_s first_wanted(const struct consumption *c, unix_s now)
{
    unix_s today = day_of(now), first = today - (BACKFILL_DAYS - 1) * DAY_S;
    if (c->known.until == TIME_NONE)
        return first;
    unix_s longest = today - (CATCH_UP_DAYS - 1) * DAY_S;
    first = day_of(c->known.until) - AGAIN_DAYS * DAY_S;
    first = first > longest ? first : longest;
    for (enum usage_reread r = 0; r < USAGE_REREADS; r++)
        if (is_reread_due(c, r, now))
            first = time_earlier(first, today - (rereads[r].days - 1) * DAY_S);
    return time_earlier(first, today - AGAIN_DAYS * DAY_S); /* also when the clock was set back */
}

static struct usage_range next_range(struct account *account, unix_s now)
{
    struct consumption *c = &account->consumption;
    unix_s today = day_of(now);
    if (c->resume == TIME_NONE || c->resume > today)
        c->pass_first = c->resume = first_wanted(c, now);
    unix_s last = c->resume + (days_at_once(account) - 1) * DAY_S;
    return (struct usage_range){ c->resume, time_earlier(last, today) };
}

/* A clock that was never set knows no days to ask about; the next poll looks again. */
static bool is_due(const struct account *account, mono_ms now)
{
    bool knows_days = clock_unix() >= CLOCK_FLOOR_S;
    return knows_days && account->polls > 0 && account->last_result == POLL_OK
        && account->consumption.schedule.due <= now;
}

bool consumption_is_owed(const struct account *account, mono_ms now)
{
    return account->consumption.asked.call.state != API_CALL_NONE || is_due(account, now);
}

void consumption_start(struct account *account, mono_ms now)
{
    struct consumption *c = &account->consumption;
    struct text url = { 0 };
    if (api_call_is_under_way(&c->asked.call) || !is_due(account, now)
        || rate_limit_ready(&account->api.rate_limit, RATE_LIMIT_SPARE, now) > now)
        return;
    c->asked_at = clock_unix();
    c->range = next_range(account, c->asked_at);
    text_add(&url, span_of(account->settings->url));
    provider_of(account->settings)
        ->add_usage_path(&url, (struct span){ "", 0 }, c->range.first_day, c->range.last_day);
    const struct api_request request = { .url = text_z(&url), .use = RATE_LIMIT_SPARE };
    usage_call_ask(&c->asked, &account->api, &request);
    text_done(&url);
}

mono_ms consumption_deadline(const struct account *account, mono_ms now)
{
    const struct consumption *c = &account->consumption;
    if (api_call_is_under_way(&c->asked.call))
        return api_call_deadline(&c->asked.call, now);
    if (account->polls == 0 || account->last_result != POLL_OK || clock_unix() < CLOCK_FLOOR_S)
        return MONO_NEVER; /* the next poll decides */
    return c->schedule.due > now
        ? c->schedule.due
        : rate_limit_ready(&account->api.rate_limit, RATE_LIMIT_SPARE, now);
}

/* Up to when the range is reported: to the moment of asking, or to the end of a day that is over.
 */
static unix_s told_until(const struct consumption *c)
{
    unix_s end = c->range.last_day + DAY_S;
    return end < c->asked_at ? end : c->asked_at;
}

/* How far consumption is known with this answer: one that repeats older days takes nothing back. */
static unix_s known_until(const struct consumption *c)
{
    unix_s told = told_until(c), before = c->known.until;
    return before != TIME_NONE && before > told && before <= c->asked_at ? before : told;
}

static bool ends_pass(const struct consumption *c)
{
    return c->range.last_day >= day_of(c->asked_at);
}

static bool is_reread(const struct consumption *c, enum usage_reread what)
{
    return ends_pass(c) && c->pass_first <= day_of(c->asked_at) - (rereads[what].days - 1) * DAY_S;
}

static bool store_rereads(struct agent *a, struct account *account, struct fault *why)
{
    const struct consumption *c = &account->consumption;
    for (enum usage_reread r = 0; r < USAGE_REREADS; r++)
        if (is_reread(c, r) && !store_set_reread(a->store, account->id, r, c->asked_at, why))
            return false;
    return true;
}

/* Within the transaction: what the answer changes in the store says what it changes in memory. */
static bool take_answer(struct agent *a, struct account *account, struct plan *p, struct fault *why)
{
    struct consumption *c = &account->consumption;
    const struct usage_told told = { &c->asked.book, c->range, c->asked_at, told_until(c) };
    if (!estimate_begin_count(a, account, why)
        || !store_replace_usage(a->store, account->id, &told, why)
        || !estimate_end_count(a, account, why) || !usage_booking_add(a, account, p, why)
        || !usage_booking_compare(a, account, p, why) || !store_rereads(a, account, why))
        return false;
    plan_see_spending(p, known_until(c));
    forecasts_make(a, account, p, PLAN_TOKENS);
    plan_judge(p, PLAN_TOKENS);
    plan_judge(p, PLAN_CREDITS);
    return commit_plan(a, account, p, why);
}

/* One that cannot be stored is dropped whole: the next one reports as much. */
static bool store_answer(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct consumption *c = &account->consumption;
    struct gathered g;
    if (!commit_begin(a, account, why))
        return false;
    gather(a, account, &g);
    struct plan *p = plan_begin(&g.base, now, account->last_poll);
    bool stored = c->asked.call.result == POLL_OK
        ? take_answer(a, account, p, why)
        : store_set_usage_reason(a->store, account->id, c->asked.call.why.text, why);
    if (stored)
        stored = commit_end(a, account, p, true, why);
    else
        store_rollback(a->store);
    plan_free(p);
    gathered_done(&g);
    return stored;
}

static const struct condition_kind answers = { "consumption", "usage endpoint recovered",
                                               LOG_WARNING };

/* An answer of which a part could not be read is a state of its own. */
static void tell(struct agent *a, struct account *account, struct consumption *c)
{
    const char *name = account->settings->name;
    bool answered = c->asked.call.result == POLL_OK, partly = answered && c->asked.book.refused > 0;
    struct text words = { 0 };
    if (partly)
        usage_say_refused(&c->asked.book, &c->asked.call.why);
    text_addf(&words, "usage endpoint %s: %s",
              partly ? "incomplete" : poll_result_name(c->asked.call.result),
              c->asked.call.why.text);
    conditions_feed(&a->conditions, &answers,
                    &(struct condition_now){
                        name, partly ? POLL_RESULTS : (int)c->asked.call.result, text_z(&words) },
                    clock_mono());
    text_done(&words);
    if (answered)
        log_info("%s: consumption of %" PRIu32 " payers stored, %" PRId64 " days", name,
                 c->asked.book.payers.count, (c->range.last_day - c->range.first_day) / DAY_S + 1);
    snprintf(c->known.reason, sizeof c->known.reason, "%s",
             !answered || partly ? c->asked.call.why.text : "");
}

/* After the commit. */
static void settle(struct consumption *c)
{
    for (enum usage_reread r = 0; r < USAGE_REREADS; r++)
        if (is_reread(c, r))
            c->known.reread_at[r] = c->asked_at;
    c->known.until = known_until(c);
    c->resume = ends_pass(c) ? TIME_NONE : c->range.last_day + DAY_S;
}

/* A backfill goes on at once, as fast as the budget lets it. */
static void plan_next(struct agent *a, struct consumption *c, enum poll_result result)
{
    const struct moment now = { clock_mono(), clock_unix() };
    const struct outlook none = outlook_none();
    schedule_book(&c->schedule, result, c->asked.call.outcome.retry_after_s, &none, now,
                  &a->random);
    if (result == POLL_OK && !ends_pass(c))
        c->schedule.due = now.mono;
}

bool consumption_turn(struct agent *a, struct account *account, unix_s now, struct fault *why)
{
    struct consumption *c = &account->consumption;
    bool stored = true;
    if (!usage_call_turn(&c->asked) || namesakes_go_on(a, account))
        return true;
    stored = store_answer(a, account, now, why);
    if (stored && c->asked.call.result == POLL_OK) {
        estimate_counted(account);
        settle(c);
    }
    if (stored)
        tell(a, account, c);
    plan_next(a, c, stored ? c->asked.call.result : POLL_UNAVAILABLE);
    usage_call_done(&c->asked);
    return stored;
}

void consumption_done(struct consumption *c)
{
    namesakes_done(&c->namesakes);
    usage_call_done(&c->asked);
}
