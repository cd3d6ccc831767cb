/* What is due, sent as far as there is room, and what became of it: from where the last turn
 * stopped, so that while nothing is due it costs nothing. */
#include "daemon/retained.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "daemon/state.h"
#include "daemon/state_walk.h"
#include "daemon/topics.h"

enum {
    REGISTERED_MAX = 1000, /* topics that are stored at a time */
    REJECTED_MAX = 100,    /* messages that the library does not take, in one turn */
    REFUSED_FOR_S = DAY_S, /* a message that the broker closes the connection for */
};

/* ---- the begin and the end ---- */

struct known {
    struct topic_set registered, refused;
};

static void see_topic(void *context, struct span topic, bool refused)
{
    struct known *k = context;
    topic_set_add(&k->registered, topic);
    if (refused)
        topic_set_add(&k->refused, topic);
}

/* A daemon publishes everything; `ebb once` what is new since everything was published. */
static void take_up(struct agent *a, struct state_topic *s, void *context)
{
    const struct known *k = context;
    struct publication *p = s->publication;
    struct text *topic = &a->retained.topic;
    state_make_topic(a, s, topic);
    p->registered = topic_set_has(&k->registered, span_of(text_z(topic)));
    p->refused = p->registered && topic_set_has(&k->refused, span_of(text_z(topic)));
    p->due = !a->once || !a->retained.told || !p->registered || p->refused;
    a->retained.refused |= p->refused;
}

bool retained_open(struct agent *a, struct fault *why)
{
    struct retained *r = &a->retained;
    struct known known = { 0 };
    r->aside_until = TIME_NONE;
    if (!a->publisher)
        return true;
    bool ok = store_each_state_topic(a->store, see_topic, &known, why);
    for (size_t i = 0; ok && i < a->account_count; i++)
        ok = store_last_poll_of(a->store, a->accounts[i].id, &a->accounts[i].ended, why);
    if (ok) {
        topic_set_sort(&known.registered);
        topic_set_sort(&known.refused);
        state_walk_each(a, take_up, &known);
        r->next = state_walk_first(a);
        r->waits = r->open = true;
    }
    topic_set_done(&known.registered);
    topic_set_done(&known.refused);
    return ok;
}

static void find_due(struct agent *a, struct state_topic *s, void *context)
{
    bool *due = context;
    *due |= state_is_due(a, s) || s->publication->sent;
}

void retained_close(struct agent *a)
{
    struct retained *r = &a->retained;
    struct fault why;
    bool due = false;
    if (r->open)
        state_walk_each(a, find_due, &due);
    if (r->open && !due && !a->store_ill && !store_set_told(a->store, true, &why))
        log_debug("%s", why.text); /* the next run publishes more than it needs to */
    for (size_t i = 0; i < r->note_count; i++) {
        free(r->notes[i].topic);
        free(r->notes[i].refusal);
    }
    free(r->notes);
    text_done(&r->topic);
    text_done(&r->payload);
}

/* ---- what is due ---- */

void retained_tell(struct agent *a, struct publication *p)
{
    p->due = a->publisher != NULL;
    a->retained.waits = true;
}

void retained_tell_status(struct agent *a)
{
    retained_tell(a, &a->retained.status);
}

static void tell_unregistered(struct agent *a, struct state_topic *s, void *context)
{
    (void)context;
    if (!s->publication->registered)
        retained_tell(a, s->publication);
}

void retained_store_returned(struct agent *a)
{
    if (!a->retained.open)
        return;
    state_walk_each(a, tell_unregistered, NULL);
    retained_tell_status(a);
}

static bool is_out_of_time(const struct agent *a, unix_s now)
{
    return a->retained.aside_until != TIME_NONE && now >= a->retained.aside_until;
}

static void tell_refused(struct agent *a, struct state_topic *s, void *context)
{
    const unix_s *now = context;
    struct publication *p = s->publication;
    p->due |= p->refused;
    p->aside = p->aside && !is_out_of_time(a, *now);
}

void retained_retry(struct agent *a, unix_s now)
{
    struct retained *r = &a->retained;
    if (!r->refused)
        return;
    state_walk_each(a, tell_refused, &now);
    if (is_out_of_time(a, now))
        r->aside_until = TIME_NONE;
    r->waits = true;
}

static void begin_anew(struct agent *a, struct state_topic *s, void *context)
{
    const bool *stays_aside = context;
    struct publication *p = s->publication;
    p->due |= p->sent || p->refused || !a->once;
    p->sent = false;
    p->aside = p->aside && *stays_aside;
}

void retained_start_over(struct agent *a, unix_s now)
{
    struct retained *r = &a->retained;
    bool stays_aside = publish_closed_for_message(a->publisher) && !is_out_of_time(a, now);
    r->sent_count = 0;
    state_walk_each(a, begin_anew, &stays_aside);
    if (!stays_aside)
        r->aside_until = TIME_NONE;
    r->next = state_walk_first(a);
    r->waits = true;
}

/* ---- answers ---- */

static void note(struct retained *r, const char *topic, const char *refusal)
{
    r->notes = xrealloc(r->notes, r->note_count + 1, sizeof *r->notes);
    r->notes[r->note_count++] =
        (struct state_note){ xstrdup(topic), refusal ? xstrdup(refusal) : NULL };
}

static void refuse(struct agent *a, const struct state_topic *s, const char *reason,
                   unix_s aside_until)
{
    struct retained *r = &a->retained;
    state_make_topic(a, s, &r->topic);
    log_info("mqtt: not accepted on %s: %s", text_z(&r->topic), reason);
    note(r, text_z(&r->topic), reason);
    text_clear(&a->delivery.refused_topic);
    text_add(&a->delivery.refused_topic, span_of(text_z(&r->topic)));
    s->publication->refused = r->refused = true;
    if (aside_until == TIME_NONE)
        return;
    s->publication->aside = true;
    if (r->aside_until == TIME_NONE)
        r->aside_until = aside_until;
}

static void accept(struct agent *a, const struct state_topic *s)
{
    if (!s->publication->refused)
        return;
    state_make_topic(a, s, &a->retained.topic);
    note(&a->retained, text_z(&a->retained.topic), NULL);
    s->publication->refused = false;
}

/* Fleets change while a message is on its way, hardly ever: then the state is looked for. */
static bool find(struct agent *a, const struct state_sent *sent, struct state_topic *ret)
{
    struct state_place at = sent->at;
    *ret = state_walk_at(a, &at);
    for (size_t left = state_walk_count(a); ret->tag != sent->tag && left > 0; left--) {
        state_walk_advance(a, &at);
        *ret = state_walk_at(a, &at);
    }
    return ret->tag == sent->tag;
}

bool retained_take_answer(struct agent *a, const struct publish_answer *answer, unix_s now)
{
    struct retained *r = &a->retained;
    struct state_topic s;
    if (answer->tag < TAG_STATUS || answer->tag >= TAG_END)
        return false;
    size_t i = 0; /* answers come in the order of sending */
    while (i < r->sent_count && r->sent[i].tag != answer->tag)
        i++;
    if (i == r->sent_count)
        return true;
    bool found = find(a, &r->sent[i], &s);
    r->sent_count--;
    memmove(&r->sent[i], &r->sent[i + 1], (r->sent_count - i) * sizeof *r->sent);
    if (!found) /* the token is gone */
        return true;
    s.publication->sent = false;
    r->waits |= s.publication->due;
    if (answer->refusal)
        refuse(a, &s, answer->refusal, answer->closes ? now + REFUSED_FOR_S : TIME_NONE);
    else
        accept(a, &s);
    return true;
}

bool retained_note(struct agent *a, struct fault *why)
{
    struct retained *r = &a->retained;
    if (!r->note_count || a->store_ill)
        return true;
    if (!store_begin(a->store, why))
        return false;
    for (size_t i = 0; i < r->note_count; i++)
        if (!store_refuse_state(a->store, r->notes[i].topic, r->notes[i].refusal, why)) {
            store_rollback(a->store);
            return false;
        }
    if (!store_commit(a->store, why))
        return false;
    for (; r->note_count > 0; r->note_count--) {
        free(r->notes[r->note_count - 1].topic);
        free(r->notes[r->note_count - 1].refusal);
    }
    a->delivery.look_at = 0;
    return true;
}

/* ---- sending ---- */

/* The topics of the next states that are due and were never published, in one transaction. */
static bool register_topics(struct agent *a, struct fault *why)
{
    struct retained *r = &a->retained;
    struct publication *added[REGISTERED_MAX];
    struct state_place at = r->next;
    size_t count = 0;
    if (!store_begin(a->store, why))
        return false;
    for (size_t left = state_walk_count(a); left > 0 && count < COUNT(added);
         left--, state_walk_advance(a, &at)) {
        struct state_topic s = state_walk_at(a, &at);
        if (s.publication->registered || !state_is_due(a, &s))
            continue;
        state_make_topic(a, &s, &r->topic);
        if (!store_add_state_topic(a->store, text_z(&r->topic), why)) {
            store_rollback(a->store);
            return false;
        }
        added[count++] = s.publication;
    }
    if (!store_commit(a->store, why))
        return false;
    while (count > 0)
        added[--count]->registered = true;
    return true;
}

enum sending { SENDING_DONE, SENDING_REJECTED, SENDING_WAITS };

static enum sending send(struct agent *a, const struct state_topic *s)
{
    struct retained *r = &a->retained;
    struct fault refused;
    state_make_topic(a, s, &r->topic);
    state_encode(a, s, &r->payload);
    /* With QoS 0 it is acknowledged from within the call, and the answer is taken later. */
    if (publish_send(a->publisher, s->tag, text_z(&r->topic),
                     (struct span){ text_z(&r->payload), r->payload.len }, true, &refused)) {
        r->sent[r->sent_count++] = (struct state_sent){ s->tag, r->next };
        s->publication->sent = true;
        s->publication->due = false;
        return SENDING_DONE;
    }
    if (refused.kind != FAULT_REJECT)
        return SENDING_WAITS;
    s->publication->due = false;
    refuse(a, s, refused.text, TIME_NONE);
    return SENDING_REJECTED;
}

static bool send_due(struct agent *a, struct fault *why)
{
    struct retained *r = &a->retained;
    size_t left = state_walk_count(a), rejected = 0;
    for (; r->waits && left > 0 && publish_room_for_bulk(a->publisher) > 0;
         state_walk_advance(a, &r->next)) {
        struct state_topic s = state_walk_at(a, &r->next);
        left--;
        if (!state_is_due(a, &s))
            continue;
        if (!s.publication->registered && !a->store_ill && !register_topics(a, why))
            return false;
        enum sending became = send(a, &s);
        if (became == SENDING_WAITS)
            return true;
        rejected += became == SENDING_REJECTED;
        r->hurries = rejected == REJECTED_MAX;
        if (r->hurries)
            return true;
        left = state_walk_count(a);
    }
    r->waits = r->waits && left > 0;
    return true;
}

bool retained_turn(struct agent *a, struct fault *why)
{
    a->retained.hurries = false;
    if (!a->retained.waits || !publish_room_for_bulk(a->publisher))
        return true;
    publish_hold(a->publisher);
    bool ok = send_due(a, why);
    publish_release(a->publisher);
    return ok;
}

bool retained_waits(const struct agent *a)
{
    return a->retained.sent_count > 0 || a->retained.waits;
}
