/* The table of messages on their way: small enough to be walked. */
#include "edge/publish/in_flight.h"

#include "base/span.h"

size_t in_flight_room(const struct in_flight *f)
{
    size_t room = 0;
    for (size_t i = 0; i < COUNT(f->slots); i++)
        room += f->slots[i].mid == 0;
    return room;
}

size_t in_flight_open(const struct in_flight *f)
{
    size_t open = 0;
    for (size_t i = 0; i < COUNT(f->slots); i++)
        open += f->slots[i].mid != 0 && !f->slots[i].answered;
    return open;
}

mono_ms in_flight_oldest(const struct in_flight *f, mono_ms none)
{
    mono_ms oldest = none;
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].mid != 0 && !f->slots[i].answered && f->slots[i].sent_at < oldest)
            oldest = f->slots[i].sent_at;
    return oldest;
}

struct in_flight_slot *in_flight_add(struct in_flight *f, int64_t tag)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].mid == 0) {
            f->slots[i].tag = tag;
            return &f->slots[i];
        }
    return NULL;
}

void in_flight_cancel(struct in_flight_slot *slot)
{
    *slot = (struct in_flight_slot){ 0 };
}

/* Ids start anew with each client, so one that was answered before and not taken yet may have the
 * same. */
void in_flight_answer(struct in_flight *f, int mid, const char *refusal)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].mid == mid && !f->slots[i].answered) {
            f->slots[i].answered = true;
            f->slots[i].refusal = refusal;
            f->last_was_refused = refusal != NULL;
            f->refusals += f->last_was_refused;
            return;
        }
}

bool in_flight_take(struct in_flight *f, struct in_flight_slot *ret)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].answered) {
            *ret = f->slots[i];
            in_flight_cancel(&f->slots[i]);
            return true;
        }
    return false;
}

bool in_flight_can_take(const struct in_flight *f)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].answered)
            return true;
    return false;
}

struct in_flight_slot *in_flight_next_open(struct in_flight *f, struct in_flight_slot *from)
{
    for (struct in_flight_slot *s = from ? from + 1 : f->slots; s < f->slots + COUNT(f->slots); s++)
        if (s->mid != 0 && !s->answered)
            return s;
    return NULL;
}

void in_flight_lose(struct in_flight *f)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (!f->slots[i].answered)
            in_flight_cancel(&f->slots[i]);
}
