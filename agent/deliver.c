/* The outbox and the broker: send in order while there is room, forget on acknowledgement.
 *
 * A broker that comes back may have lost what it acknowledged, so each connection begins with everything retained. */
#include <stdlib.h>

#include "edge/wire.h"
#include "parts.h"
#include "version.h"

static struct broker broker_of(const struct agent *a)
{
    const struct mqtt_settings *m = &a->settings->mqtt;
    return (struct broker){
        .host = m->host,
        .port = (int)m->port,
        .client_id = m->client_id,
        .user = m->user,
        .password = m->password,
        .tls = m->tls,
        .tls_ca = m->tls_ca,
        .tls_cert = m->tls_cert,
        .tls_key = m->tls_key,
        .qos = (int)m->qos,
        .will_topic = a->status_topic,
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
    wire_encode_status("offline", EBB_VERSION, clock_unix(), &a->offline);

    struct broker broker = broker_of(a);
    return publish_open(&broker, &a->random, &a->publisher, why);
}

static bool post_online(struct agent *a, unix_s now, struct fault *why)
{
    struct text payload = { 0 };
    wire_encode_status("online", EBB_VERSION, now, &payload);
    struct message m = { .topic = a->status_topic, .payload = { text_z(&payload), payload.len }, .retain = true };
    bool ok = store_post(a->store, &m, why);
    text_done(&payload);
    return ok;
}

static bool start_over(struct agent *a, unix_s now, struct fault *why)
{
    a->sent_up_to = 0;
    if (!store_begin(a->store, why))
        return false;
    if (!store_resend_retained(a->store, why) || !post_online(a, now, why)) {
        store_rollback(a->store);
        return false;
    }
    a->outbox_waits = store_commit(a->store, why);
    a->starts_over = !a->outbox_waits;
    return a->outbox_waits;
}

/* All acknowledgements that came in this turn are one transaction. */
static bool take_acknowledgements(struct agent *a, struct fault *why)
{
    int64_t id;
    if (!publish_take_acknowledged(a->publisher, &id))
        return true;
    if (!store_begin(a->store, why))
        return false;
    do {
        if (!store_acknowledge(a->store, id, why)) {
            store_rollback(a->store);
            return false;
        }
    } while (publish_take_acknowledged(a->publisher, &id));
    return store_commit(a->store, why);
}

/* A message that the library will never take must not block those behind it. */
static bool drop(struct agent *a, const struct message *m, const struct fault *refused, struct fault *why)
{
    log_error("a message is dropped: %s", refused->text);
    return store_acknowledge(a->store, m->id, why);
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
            if (!drop(a, &m, &refused, why))
                return false;
        }
        a->sent_up_to = id;
    }
    return true;
}

bool deliver_turn(struct agent *a, unix_s now, struct fault *why)
{
    if (!a->publisher)
        return true;
    a->starts_over |= publish_take_connected(a->publisher);
    if (!take_acknowledgements(a, why)) /* first: those of the connection before must not undo the resending */
        return false;
    if (!publish_connected(a->publisher))
        return true;
    return (!a->starts_over || start_over(a, now, why)) && send_waiting(a, why);
}

bool deliver_done(struct agent *a, bool *ret_done, struct fault *why)
{
    struct message m;
    bool waits = false;
    if (a->publisher && !store_next_message(a->store, 0, &m, &waits, why))
        return false;
    *ret_done = !waits && (!a->publisher || publish_connected(a->publisher));
    return true;
}
