/* How well messages get to the broker, and who learns of it: the log, the database, the account's
 * topic.
 *
 * Delivery is stalled when something waits and the broker has answered nothing for a minute,
 * connected or not. The outbox is bounded: beyond its bound the oldest events of alerts that are
 * over are merged into one event for each account. What belongs to an alert that is up is never
 * merged. */
#include "daemon/delivery.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/state.h"

enum {
    LOOK_EVERY_MS = 1000,
    DELIVERED_LAG_S = 60,
    STALLED_AFTER_MS = 60 * 1000,
    MERGE_SHARE = 10, /* of the bound: so much room is made at once */
};

static const struct condition_kind stalls = { "delivery", "messages are delivered again",
                                              LOG_WARNING };
static const struct condition_kind refusals = { "refusals", "the broker accepts all messages again",
                                                LOG_WARNING };

bool delivery_start(struct agent *a, mono_ms now, struct fault *why)
{
    a->delivery.moved_at = now;
    a->delivery.delivered_at = TIME_NONE;
    a->delivery.retry_at = now + RETRY_REFUSED_MS;
    return store_outbox(a->store, &a->delivery.outbox, &a->delivery.refusal, why);
}

void delivery_moved(struct agent *a, mono_ms now, unix_s at)
{
    a->delivery.moved_at = now;
    a->delivery.delivered_at = at;
}

static unix_s delivered_at(const struct delivery *d)
{
    return d->delivered_at != TIME_NONE ? d->delivered_at : d->outbox.delivered_at;
}

/* What readers see may be a minute older: to write it with each acknowledgement would cost more
 * than the message. */
static bool store_delivered(struct agent *a, int64_t may_lag_s, struct fault *why)
{
    struct delivery *d = &a->delivery;
    unix_s stored = d->outbox.delivered_at;
    if (d->delivered_at == TIME_NONE
        || (stored != TIME_NONE && llabs(d->delivered_at - stored) <= may_lag_s))
        return true;
    if (!store_set_delivered(a->store, d->delivered_at, why))
        return false;
    d->outbox.delivered_at = d->delivered_at;
    return true;
}

struct delivery_state delivery_state(const struct agent *a)
{
    const struct delivery *d = &a->delivery;
    return (struct delivery_state){
        .events = d->outbox.events,
        .bytes = d->outbox.bytes,
        .oldest_at = a->publisher ? d->outbox.oldest_at : TIME_NONE,
        .refused = d->outbox.refused,
        .refusal = d->refusal.len ? text_z(&d->refusal) : NULL,
        .delivered_at = a->publisher ? delivered_at(d) : TIME_NONE,
    };
}

/* ---- the bound ---- */

static struct span account_of(const char *topic)
{
    const char *end = strrchr(topic, '/'), *start = end;
    while (start && start > topic && start[-1] != '/')
        start--;
    return end ? (struct span){ start, (size_t)(end - start) } : span_of("");
}

static bool put_merged(struct agent *a, const struct merged *m, unix_s at, struct fault *why)
{
    struct text id = { 0 }, account = { 0 }, payload = { 0 };
    text_addf(&id, "%s-merged-%" PRId64 "-%" PRId64, store_id(a->store), m->message, m->events);
    text_add(&account, account_of(m->topic));
    struct merged_event e = { text_z(&id), text_z(&account), at, m->from, m->until, m->events };
    wire_encode_merged(&e, &payload);
    bool ok = store_put_merged(a->store, m, (struct span){ text_z(&payload), payload.len }, why);
    text_done(&id);
    text_done(&account);
    text_done(&payload);
    return ok;
}

static bool merge(struct agent *a, int64_t most, unix_s at, struct fault *why)
{
    struct merged_list list = { 0 };
    int64_t events = 0, after = publish_connected(a->publisher) ? a->sent_up_to : 0;
    if (!store_begin(a->store, why))
        return false;
    bool ok = store_merge_events(a->store, after, most, &list, why);
    for (size_t i = 0; ok && i < list.count; i++) {
        ok = put_merged(a, &list.at[i], at, why);
        events += list.at[i].events;
    }
    if (!ok)
        store_rollback(a->store);
    ok = ok && store_commit(a->store, why);
    if (ok && events)
        log_warning("mqtt: %" PRId64
                    " events were waiting for the broker; merged events of ended alerts: "
                    "%" PRId64 " so far",
                    a->delivery.outbox.events, events);
    merged_done(&list);
    return ok;
}

static bool keep_bound(struct agent *a, unix_s at, struct fault *why)
{
    struct delivery *d = &a->delivery;
    int64_t bound = a->settings->mqtt.outbox_events;
    if (d->outbox.events <= bound || d->outbox.events <= d->merge_above)
        return true;
    if (!merge(a, d->outbox.events - bound + bound / MERGE_SHARE, at, why)
        || !store_outbox(a->store, &d->outbox, &d->refusal, why))
        return false;
    d->merge_above = d->outbox.events > bound ? d->outbox.events + bound / MERGE_SHARE : 0;
    return true;
}

/* ---- what is said ---- */

static bool is_waiting(const struct agent *a)
{
    const struct outbox_depth *o = &a->delivery.outbox;
    return !publish_connected(a->publisher) || !publish_is_idle(a->publisher)
        || o->events > o->refused;
}

static void add_waiting(const struct agent *a, unix_s at, struct text *out)
{
    const struct outbox_depth *o = &a->delivery.outbox;
    char age[DURATION_TEXT_BYTES];
    text_addf(out, "%" PRId64 " %s (%.1f MB", o->events,
              o->events == 1 ? "event waits" : "events wait", (double)o->bytes / 1e6);
    if (o->oldest_at != TIME_NONE && at > o->oldest_at)
        text_addf(out, ", the oldest for %s", duration_format(at - o->oldest_at, age));
    text_add(out, span_of(")"));
}

static void report_stall(struct agent *a, bool stalled, mono_ms now, unix_s at)
{
    struct text words = { 0 };
    if (stalled) {
        text_addf(&words, "nothing has been delivered for a minute: %s; ",
                  publish_connected(a->publisher) ? "the broker acknowledges nothing"
                                                  : publish_reason(a->publisher));
        add_waiting(a, at, &words);
    }
    const struct condition_now is = { "mqtt", stalled, text_z(&words) };
    conditions_feed(&a->conditions, &stalls, &is, now);
    text_done(&words);
}

static void report_refusals(struct agent *a, mono_ms now)
{
    struct delivery *d = &a->delivery;
    struct text words = { 0 };
    if (d->outbox.refused) {
        text_addf(&words, "the broker does not accept %" PRId64 " message%s", d->outbox.refused,
                  d->outbox.refused == 1 ? "" : "s");
        if (d->refused_topic.len)
            text_addf(&words, ", the last on %s", text_z(&d->refused_topic));
        text_addf(&words, ": %s; rejected messages are kept and retried later",
                  text_z(&d->refusal));
    }
    const struct condition_now is = { "mqtt", d->outbox.refused > 0, text_z(&words) };
    conditions_feed(&a->conditions, &refusals, &is, now);
    text_done(&words);
}

static bool put_state(struct agent *a, const char *state, unix_s at, struct fault *why)
{
    struct delivery *d = &a->delivery;
    struct text address = { 0 };
    const char *reason = publish_reason(a->publisher);
    if (d->state.len && strcmp(text_z(&d->state), state) == 0
        && strcmp(text_z(&d->reason), reason) == 0)
        return true;
    text_addf(&address, "%s:%d", a->settings->mqtt.host, (int)a->settings->mqtt.port);
    const struct broker_row row = { text_z(&address), state,
                                    mqtt_version_name(publish_version(a->publisher)),
                                    *reason ? reason : NULL, at };
    bool ok = store_put_broker(a->store, &row, why);
    text_done(&address);
    if (!ok)
        return false;
    text_clear(&d->state);
    text_clear(&d->reason);
    text_addf(&d->state, "%s", state);
    text_addf(&d->reason, "%s", reason);
    return true;
}

bool delivery_turn(struct agent *a, mono_ms now, unix_s at, struct fault *why)
{
    struct delivery *d = &a->delivery;
    if (now >= d->look_at) {
        d->look_at = now + LOOK_EVERY_MS;
        if (!store_outbox(a->store, &d->outbox, &d->refusal, why) || !keep_bound(a, at, why)
            || !store_delivered(a, DELIVERED_LAG_S, why))
            return false;
        report_refusals(a, now);
    }
    if (!is_waiting(a))
        d->moved_at = now;
    bool stalled = now - d->moved_at >= STALLED_AFTER_MS;
    report_stall(a, stalled, now, at);
    return put_state(a,
                     !publish_connected(a->publisher) ? "disconnected"
                         : stalled                    ? "stalled"
                                                      : "connected",
                     at, why);
}

bool delivery_judge(struct agent *a, struct fault *why)
{
    struct delivery *d = &a->delivery;
    if (!a->publisher)
        return true;
    if (!store_outbox(a->store, &d->outbox, &d->refusal, why))
        return false;
    return !d->outbox.refused
        || fault(why, FAULT_RETRY,
                 "stored, but the broker does not accept %" PRId64 " message%s: %s",
                 d->outbox.refused, d->outbox.refused == 1 ? "" : "s", text_z(&d->refusal));
}

void delivery_close(struct agent *a)
{
    struct delivery *d = &a->delivery;
    struct fault why;
    if (a->publisher
        && (!put_state(a, "stopped", clock_unix(), &why) || !store_delivered(a, 0, &why)))
        log_debug("%s", why.text); /* only readers miss it, and only until the next start */
    text_done(&d->state);
    text_done(&d->reason);
    text_done(&d->refusal);
    text_done(&d->refused_topic);
}
