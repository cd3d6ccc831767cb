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

struct slot *in_flight_add(struct in_flight *f, int64_t tag)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].mid == 0) {
            f->slots[i].tag = tag;
            return &f->slots[i];
        }
    return NULL;
}

void in_flight_cancel(struct slot *slot)
{
    *slot = (struct slot){ 0 };
}

/* Ids start anew with each client, so one that was acknowledged before and not taken yet may have the same. */
void in_flight_acknowledge(struct in_flight *f, int mid)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].mid == mid && !f->slots[i].acknowledged) {
            f->slots[i].acknowledged = true;
            return;
        }
}

bool in_flight_take(struct in_flight *f, int64_t *ret_tag)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].acknowledged) {
            *ret_tag = f->slots[i].tag;
            in_flight_cancel(&f->slots[i]);
            return true;
        }
    return false;
}

bool in_flight_can_take(const struct in_flight *f)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (f->slots[i].acknowledged)
            return true;
    return false;
}

void in_flight_lose(struct in_flight *f)
{
    for (size_t i = 0; i < COUNT(f->slots); i++)
        if (!f->slots[i].acknowledged)
            in_flight_cancel(&f->slots[i]);
}
