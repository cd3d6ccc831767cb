/* A level comes as an order from a command (edge/edits.h), is stored with the poll that takes it
 * up, and booked as an edit; an order that was stored is recognised by its id, so that it is taken
 * up once, whenever the daemon dies. Consumption is counted in the transaction that stores it, and
 * booked with the next poll. */
#include "daemon/estimate.h"

#include <stdio.h>
#include <string.h>

#include "core/calendar.h"
#include "daemon/account.h"
#include "daemon/pace.h"
#include "daemon/state.h"
#include "provider/provider.h"

enum {
    LOOK_AGAIN_MS = 5 * 1000,
    COUNTS_FOR_S = 3 * HOUR_S, /* without an answer of the usage endpoint, which is asked hourly */
};

/* ---- orders ---- */

/* Whether there is one besides that which was taken up last. */
static bool find_order(const struct agent *a, const struct account *account,
                       struct credits_order *ret)
{
    if (!provider_counts_credits(provider_of(account->settings)))
        return false;
    credits_order_look(a->settings->store, account->settings->name, ret);
    return ret->id[0] && strcmp(ret->id, account->credits.level.order) != 0;
}

/* Its history goes on where the last balance was known, whatever its source. */
static bool load_series(struct agent *a, struct account *account)
{
    struct fault why;
    if (account->credits.series.count
        || store_load_credits(a->store, account->id, &a->rules, &account->credits.series,
                              &account->orphans, &why))
        return true;
    log_debug("%s: %s; the order is taken up with the next poll", account->settings->name,
              why.text);
    return false;
}

void estimate_look(struct agent *a, struct account *account)
{
    struct credits *c = &account->credits;
    struct credits_order order;
    c->is_ordered = false;
    if (!find_order(a, account, &order) || !load_series(a, account))
        return;
    c->is_ordered = true;
    c->ordered = (struct credits_level){ .set_at = order.at, .set = order.level };
    snprintf(c->ordered.order, sizeof c->ordered.order, "%s", order.id);
}

/* One that cannot be taken up, say on a full disk, hurries nobody twice. */
void estimate_watch(const struct agent *a, struct account *account, mono_ms now)
{
    struct credits *c = &account->credits;
    struct credits_order order;
    if (account->poll || now < c->looked_at + LOOK_AGAIN_MS)
        return;
    c->looked_at = now;
    if (!find_order(a, account, &order) || strcmp(order.id, c->hurried_for) == 0)
        return;
    snprintf(c->hurried_for, sizeof c->hurried_for, "%s", order.id);
    pace_hurry(account);
}

/* ---- the poll ---- */

static const char *reason_at(const struct account *account, unix_s now, struct text *room)
{
    const struct credits *c = &account->credits;
    char since[TIME_TEXT_BYTES];
    unix_s until = account->consumption.known.until;
    until = until == TIME_NONE || until < c->level.set_at ? c->level.set_at : until;
    if (c->is_ordered || !stamp_is_stale(until, COUNTS_FOR_S, now))
        return NULL;
    text_addf(room, "consumption has not been reported since %s: the estimate stands still",
              calendar_format(until, since));
    return text_z(room);
}

void estimate_plan(struct account *account, struct plan *p)
{
    struct credits *c = &account->credits;
    const struct credits_level *level = c->is_ordered ? &c->ordered : &c->level;
    struct text reason = { 0 };
    if (!c->is_ordered && c->source != CREDITS_ESTIMATED)
        return;
    bool counts = !reason_at(account, p->at, &reason);
    text_clear(&c->reason);
    text_add(&c->reason, span_of(text_z(&reason)));
    text_done(&reason);
    const struct token *t = c->series.count ? &c->series.tokens[0] : NULL;
    /* Of a level that was stored and not booked, for the poll's commit failed or memory was lost.
     */
    bool is_given = c->is_ordered || !t || t->seen_at == TIME_NONE || t->seen_at < level->set_at;
    unix_s since = c->counted_from != TIME_NONE ? c->counted_from : t ? t->seen_at : p->at;
    if (counts)
        plan_estimate(p, credits_left(level), since, is_given);
    else if (t)
        plan_touch(p, PLAN_CREDITS, 0)->dirty = true; /* its row says when it was seen last */
}

bool estimate_write(struct agent *a, struct account *account, struct fault *why)
{
    const struct credits *c = &account->credits;
    if (!c->is_ordered && c->source != CREDITS_ESTIMATED)
        return true;
    return (!c->is_ordered || store_put_credits_level(a->store, account->id, &c->ordered, why))
        && store_set_credits_reason(a->store, account->id,
                                    c->reason.len ? text_z(&c->reason) : NULL, why);
}

void estimate_settle(struct agent *a, struct account *account)
{
    struct credits *c = &account->credits;
    char amount[MONEY_TEXT_BYTES];
    c->counted_from = TIME_NONE;
    if (!c->is_ordered)
        return;
    c->is_ordered = false;
    c->level = c->ordered;
    c->source = CREDITS_ESTIMATED;
    credits_order_settle(a->settings->store, account->settings->name, c->level.order);
    account->consumption.schedule.due = clock_mono();
    log_notice("%s: credits given by hand: %s USD, counted down by consumption from now on",
               account->settings->name, money_format_cents(c->level.set, amount));
}

/* ---- consumption ---- */

/* What is known of the level's day, and of the days of the answer after it. */
static bool add_sums(struct agent *a, struct account *account, int sign, struct fault *why)
{
    struct credits *c = &account->credits;
    const struct usage_range *range = &account->consumption.range;
    unix_s day = c->level.set_at - c->level.set_at % DAY_S;
    struct usage_range on = { day, day },
                       after = { day + DAY_S > range->first_day ? day + DAY_S : range->first_day,
                                 range->last_day };
    int64_t on_nano = 0, after_nano = 0;
    bool has_day = range->first_day <= day && day <= range->last_day;
    if ((has_day && !store_sum_usage(a->store, account->id, on, &on_nano, why))
        || (after.first_day <= after.last_day
            && !store_sum_usage(a->store, account->id, after, &after_nano, why)))
        return false;
    int64_t (*const add)(int64_t, int64_t) = sign < 0 ? nano_sub : nano_add;
    c->news.day_nano = add(c->news.day_nano, on_nano);
    c->news.later_nano = add(c->news.later_nano, after_nano);
    return true;
}

bool estimate_begin_count(struct agent *a, struct account *account, struct fault *why)
{
    struct credits *c = &account->credits;
    c->news = (struct credits_news){ .known_until = account->consumption.known.until,
                                     .asked_at = account->consumption.asked_at };
    c->counted_nano = 0;
    return c->source != CREDITS_ESTIMATED || add_sums(a, account, -1, why);
}

bool estimate_end_count(struct agent *a, struct account *account, struct fault *why)
{
    struct credits *c = &account->credits;
    if (c->source != CREDITS_ESTIMATED)
        return true;
    if (!add_sums(a, account, 1, why))
        return false;
    c->counted_nano = credits_counted(&c->level, &c->news);
    return c->counted_nano == 0
        || store_add_credits_spent(a->store, account->id, c->counted_nano, why);
}

void estimate_counted(struct account *account)
{
    struct credits *c = &account->credits;
    unix_s from = c->news.known_until;
    if (!c->counted_nano)
        return;
    c->level.spent.nano = nano_add(c->level.spent.nano, c->counted_nano);
    if (c->counted_from == TIME_NONE)
        c->counted_from = from == TIME_NONE || from < c->level.set_at ? c->level.set_at : from;
    c->counted_nano = 0;
}
