/* Past the store: what a transaction posted that could not be stored goes to the broker from
 * memory, its events and alerts marked as not stored, and into the outbox once the store takes
 * writes again, under the same ids.
 *
 * Events are kept in their order; of retained topics the newest payload. Both are bounded: an
 * outage of the disk may last for days, and when it ends, everything retained is sent again in any
 * case. */
#include "daemon/bypass.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "edge/wire.h"

enum {
    EVENTS_MAX = 10000,
    RETAINED_MAX = 1000,
};

/* Above every id of the outbox: acknowledgements come back under these. */
#define TAG_FIRST (INT64_C(1) << 62)

static void free_message(struct bypassed *m)
{
    free(m->topic);
    text_done(&m->payload);
}

void bypass_done(struct bypass *b)
{
    for (size_t i = 0; i < b->count; i++)
        free_message(&b->at[i]);
    free(b->at);
    *b = (struct bypass){ 0 };
}

/* Removes one and closes the gap. */
static void drop(struct bypass *b, size_t i)
{
    b->retained -= b->at[i].retain;
    free_message(&b->at[i]);
    memmove(&b->at[i], &b->at[i + 1], (b->count - i - 1) * sizeof *b->at);
    b->count--;
}

/* The payload before on a retained topic is no longer the truth. */
static void drop_older(struct bypass *b, const char *topic)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->at[i].retain && strcmp(b->at[i].topic, topic) == 0) {
            drop(b, i);
            return;
        }
}

static void drop_oldest(struct bypass *b, bool retain)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->at[i].retain == retain) {
            drop(b, i);
            return;
        }
}

static void make_room(struct bypass *b, const struct message *m)
{
    if (m->retain)
        drop_older(b, m->topic);
    bool is_full = m->retain ? b->retained >= RETAINED_MAX : b->count - b->retained >= EVENTS_MAX;
    if (is_full)
        drop_oldest(b, m->retain);
    b->dropped |= is_full;
    b->at = xgrown(b->at, b->count, &b->room, sizeof *b->at);
}

void bypass_keep(struct bypass *b, const struct message *m)
{
    make_room(b, m);
    struct bypassed *added = &b->at[b->count++];
    *added = (struct bypassed){ .topic = xstrdup(m->topic),
                                .retain = m->retain,
                                .tag = TAG_FIRST + b->tags++ };
    text_add(&added->payload, m->payload);
    b->retained += m->retain;
}

void bypass_start_over(struct bypass *b)
{
    for (size_t i = 0; i < b->count; i++)
        b->at[i].sent = b->at[i].sent && !b->at[i].retain && b->at[i].acknowledged;
}

/* One that the library will never take must not block those behind it. */
static bool send(struct publisher *p, struct bypassed *m)
{
    struct text payload = { 0 };
    struct fault refused;
    wire_mark_unstored((struct span){ text_z(&m->payload), m->payload.len }, &payload);
    m->sent = publish_send(p, m->tag, m->topic, (struct span){ text_z(&payload), payload.len },
                           m->retain, &refused);
    text_done(&payload);
    if (!m->sent && refused.kind == FAULT_REJECT) {
        log_error("dropping a message: %s", refused.text);
        m->sent = m->acknowledged = true;
    }
    return m->sent;
}

void bypass_turn(struct bypass *b, struct publisher *p)
{
    for (size_t i = 0; i < b->count && publish_room(p) > 0; i++)
        if (!b->at[i].sent && !send(p, &b->at[i]))
            return;
}

bool bypass_take_answer(struct bypass *b, const struct publish_answer *answer)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->at[i].tag == answer->tag) {
            b->at[i].acknowledged = true; /* or refused: the outbox will ask again */
            if (answer->refusal)
                log_warning("mqtt: not accepted on %s: %s", b->at[i].topic, answer->refusal);
        }
    return answer->tag >= TAG_FIRST;
}

bool bypass_waits(const struct bypass *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (!b->at[i].acknowledged)
            return true;
    return false;
}

bool bypass_store(const struct bypass *b, struct store *s, struct fault *why)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct bypassed *kept = &b->at[i];
        struct message m = { .topic = kept->topic,
                             .retain = kept->retain,
                             .payload = { text_z(&kept->payload), kept->payload.len } };
        if (!store_post(s, &m, why))
            return false;
    }
    return true;
}

void bypass_clear(struct bypass *b)
{
    for (size_t i = b->count; i-- > 0;)
        drop(b, i);
}

bool bypass_end(struct bypass *b)
{
    bool dropped = b->dropped;
    b->dropped = false;
    return dropped;
}

size_t bypass_events(const struct bypass *b)
{
    return b->count - b->retained;
}
