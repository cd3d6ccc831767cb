/* The outbox and the broker: send in order while there is room, forget on acknowledgement.
 *
 * A broker that comes back may have lost what it acknowledged, so each connection begins with
 * everything retained. */
#include "daemon/deliver.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/version.h"
#include "daemon/bypass.h"
#include "daemon/delivery.h"
#include "daemon/ingest.h"
#include "daemon/retained.h"
#include "daemon/state.h"
#include "edge/wire.h"

enum {
    REFUSED_FOR_S = DAY_S, /* a message that the broker closes the connection for */
};

static struct broker broker_of(const struct agent *a)
{
    const struct mqtt_settings *m = &a->settings->mqtt;
    return (struct broker){
        .host = m->host,
        .port = (int)m->port,
        .client_id = m->client_id ? m->client_id : text_z(&a->client_id),
        .version = m->version,
        .user = m->user,
        .password = m->password,
        .tls = m->tls,
        .tls_ca = m->tls_ca,
        .tls_cert = m->tls_cert,
        .tls_key = m->tls_key,
        .qos = (int)m->qos,
        .will_topic = a->once ? NULL : a->status_topic,
        .will_payload = text_z(&a->offline),
    };
}

bool deliver_open(struct agent *a, struct fault *why)
{
    if (!a->settings->mqtt.enabled)
        return true;
    struct text topic = { 0 };
    text_addf(&topic, "%s/status", a->settings->mqtt.base_topic);
    a->status_topic = topic.at;
    text_addf(&a->client_id, "ebb-%s",
              store_id(a->store)); /* two agents on one host are two clients */
    wire_encode_status("offline", EBB_VERSION, clock_unix(), &a->offline);

    struct broker broker = broker_of(a);
    return delivery_start(a, clock_mono(), why)
        && publish_open(&broker, &a->random, &a->publisher, why);
}

/* Of `ebb once`, which is not here to stay, the broker gets only news. */
static bool start_over(struct agent *a, unix_s now, struct fault *why)
{
    unix_s due = publish_closed_for_message(a->publisher) ? now : TIME_FAR;
    a->sent_up_to = 0;
    if (!store_begin(a->store, why))
        return false;
    if ((!a->once && !store_resend_retained(a->store, why))
        || !store_retry_refused(a->store, due, why)) {
        store_rollback(a->store);
        return false;
    }
    a->outbox_waits = store_commit(a->store, why);
    a->starts_over = !a->outbox_waits;
    return a->outbox_waits;
}

/* A message that is refused stays in the outbox and blocks no other. */
static bool set_aside(struct agent *a, int64_t message, const char *reason, unix_s retry_at,
                      struct fault *why)
{
    struct text *topic = &a->delivery.refused_topic;
    if (!store_refuse(a->store, message, reason, retry_at, topic, why))
        return false;
    log_info("mqtt: not accepted on %s: %s", text_z(topic), reason);
    a->delivery.look_at = 0;
    return true;
}

static bool take_answer(struct agent *a, const struct publish_answer *answer, unix_s now,
                        struct fault *why)
{
    if (answer->refusal)
        return set_aside(a, answer->tag, answer->refusal,
                         answer->closes ? now + REFUSED_FOR_S : TIME_NONE, why);
    return store_acknowledge(a->store, answer->tag, why) && store_set_delivered(a->store, now, why);
}

/* The answers to what is not in the outbox are taken on the way. */
static bool take_answer_of_outbox(struct agent *a, unix_s now, struct publish_answer *ret)
{
    while (publish_take_answer(a->publisher, ret)) {
        delivery_moved(a, clock_mono(), now);
        if (!bypass_take_answer(&a->bypass, ret) && !retained_take_answer(a, ret, now))
            return true;
    }
    return false;
}

/* All answers to the outbox that came in this turn are one transaction. */
static bool take_answers(struct agent *a, unix_s now, struct fault *why)
{
    struct publish_answer answer;
    if (!take_answer_of_outbox(a, now, &answer))
        return true;
    if (!store_begin(a->store, why))
        return false;
    do {
        if (!take_answer(a, &answer, now, why)) {
            store_rollback(a->store);
            a->delivery.retry_at =
                0; /* these answers are lost: once the database works, they are asked for again */
            return false;
        }
    } while (take_answer_of_outbox(a, now, &answer));
    a->delivery.look_at = 0;
    if (!store_commit(a->store, why)) {
        a->delivery.retry_at = 0;
        return false;
    }
    return true;
}

/* What is refused is sent again every hour, since access rules get mended while the connection
 * stands; and so is what was sent while the database could not take the answer. */
static bool retry_refused(struct agent *a, unix_s now, struct fault *why)
{
    mono_ms due = clock_mono();
    if (due < a->delivery.retry_at || a->outbox_waits || a->store_ill
        || !publish_is_idle(a->publisher))
        return true;
    a->delivery.retry_at = due + RETRY_REFUSED_MS;
    a->sent_up_to = 0;
    a->outbox_waits = true;
    retained_retry(a, now);
    return store_retry_refused(a->store, now, why);
}

static bool send_waiting(struct agent *a, struct fault *why)
{
    while (a->outbox_waits && publish_room(a->publisher) > 0) {
        struct message m;
        struct fault refused;
        if (!store_next_message(a->store, a->sent_up_to, &m, &a->outbox_waits, why))
            return false;
        if (!a->outbox_waits)
            return true;
        int64_t id = m.id;
        if (!publish_send(a->publisher, id, m.topic, m.payload, m.retain, &refused)) {
            if (refused.kind != FAULT_REJECT)
                return true;
            if (!set_aside(a, id, refused.text, TIME_NONE, why))
                return false;
        }
        a->sent_up_to = id;
    }
    return true;
}

void deliver_events(struct agent *a)
{
    struct fault later;
    if (!a->publisher || !publish_connected(a->publisher))
        return;
    bypass_turn(&a->bypass, a->publisher);
    if (!a->starts_over && !send_waiting(a, &later))
        log_debug("%s", later.text);
}

static bool serve_outbox(struct agent *a, unix_s now, struct fault *why)
{
    return (!a->starts_over || start_over(a, now, why)) && retry_refused(a, now, why)
        && send_waiting(a, why);
}

/* A list that is taken in part by part says what it found at its end. */
static bool events_may_follow(const struct agent *a)
{
    for (size_t i = 0; i < a->account_count; i++)
        if (ingest_goes_on(&a->accounts[i]))
            return true;
    return false;
}

/* States come after all that waits in the outbox; one that cannot be read holds them up no longer.
 */
static bool serve_states(struct agent *a, struct fault *why)
{
    return (a->outbox_waits && !a->store_ill) || events_may_follow(a) || retained_turn(a, why);
}

bool deliver_turn(struct agent *a, unix_s now, struct fault *why)
{
    if (!a->publisher)
        return true;
    bool is_new = publish_take_connected(a->publisher);
    a->live.mqtt_connections += is_new;
    if (is_new) {
        a->starts_over = true;
        bypass_start_over(&a->bypass);
    }
    if (publish_connected(a->publisher))
        bypass_turn(&a->bypass, a->publisher);
    /* First: the answers of the connection before must not undo the resending. */
    bool ok = take_answers(a, now, why);
    if (is_new)
        retained_start_over(a, now);
    if (publish_connected(a->publisher)) {
        ok = ok && serve_outbox(a, now, why);
        ok = (ok || a->store_ill) && serve_states(a, why) && ok;
    }
    return ok && retained_note(a, why) && delivery_turn(a, clock_mono(), now, why);
}

mono_ms deliver_deadline(const struct agent *a, mono_ms now)
{
    return a->retained.hurries ? now : MONO_NEVER;
}

bool deliver_done(struct agent *a, bool *ret_done, struct fault *why)
{
    struct message m;
    bool waits = false;
    if (a->publisher && !store_next_message(a->store, 0, &m, &waits, why))
        return false;
    waits |= bypass_waits(&a->bypass) || (a->publisher && retained_waits(a));
    *ret_done = !waits && (!a->publisher || publish_connected(a->publisher));
    return true;
}

void deliver_close(struct agent *a)
{
    retained_close(a);
    delivery_close(a);
    publish_close(a->publisher);
    text_done(&a->offline);
    text_done(&a->client_id);
    free(a->status_topic);
}
