/* Slots in three lists: free ones, those that wait for an answer in the order of sending, and those
 * that were answered in the order of the answers. A broker answers in the order of sending, so the
 * first that is looked at is the one. */
#include "edge/publish/in_flight.h"

#include "base/span.h"

static struct in_flight_slot *slot_at(struct in_flight *f, uint8_t place)
{
    return place ? &f->slots[place - 1] : NULL;
}

static uint8_t place_of(const struct in_flight *f, const struct in_flight_slot *slot)
{
    return (uint8_t)(slot - f->slots + 1);
}

static void append(struct in_flight *f, struct in_flight_list *list, struct in_flight_slot *slot)
{
    slot->before = list->last;
    slot->after = 0;
    *(list->last ? &slot_at(f, list->last)->after : &list->first) = place_of(f, slot);
    list->last = place_of(f, slot);
    list->count++;
}

static void take_out(struct in_flight *f, struct in_flight_list *list, struct in_flight_slot *slot)
{
    *(slot->before ? &slot_at(f, slot->before)->after : &list->first) = slot->after;
    *(slot->after ? &slot_at(f, slot->after)->before : &list->last) = slot->before;
    list->count--;
}

static void set_free(struct in_flight *f, struct in_flight_list *list, struct in_flight_slot *slot)
{
    take_out(f, list, slot);
    *slot = (struct in_flight_slot){ 0 };
    append(f, &f->free, slot);
}

size_t in_flight_room(const struct in_flight *f)
{
    return COUNT(f->slots) - f->open.count - f->answered.count;
}

size_t in_flight_open(const struct in_flight *f)
{
    return f->open.count;
}

mono_ms in_flight_oldest(const struct in_flight *f, mono_ms none)
{
    return f->open.count ? f->slots[f->open.first - 1].sent_at : none;
}

struct in_flight_slot *in_flight_add(struct in_flight *f, int64_t tag)
{
    struct in_flight_slot *slot = slot_at(f, f->free.first);
    if (slot)
        take_out(f, &f->free, slot);
    else if (f->used < COUNT(f->slots))
        slot = &f->slots[f->used++];
    else
        return NULL;
    slot->tag = tag;
    append(f, &f->open, slot);
    return slot;
}

void in_flight_cancel(struct in_flight *f, struct in_flight_slot *slot)
{
    set_free(f, slot->answered ? &f->answered : &f->open, slot);
}

void in_flight_settle(struct in_flight *f, struct in_flight_slot *slot, const char *refusal)
{
    take_out(f, &f->open, slot);
    slot->answered = true;
    slot->refusal = refusal;
    append(f, &f->answered, slot);
}

void in_flight_answer(struct in_flight *f, int mid, const char *refusal)
{
    struct in_flight_slot *slot = slot_at(f, f->open.first);
    while (slot && slot->mid != mid)
        slot = slot_at(f, slot->after);
    if (!slot)
        return;
    in_flight_settle(f, slot, refusal);
    f->last_was_refused = refusal != NULL;
    f->refusals += f->last_was_refused;
}

bool in_flight_take(struct in_flight *f, struct in_flight_slot *ret)
{
    struct in_flight_slot *slot = slot_at(f, f->answered.first);
    if (!slot)
        return false;
    *ret = *slot;
    set_free(f, &f->answered, slot);
    return true;
}

bool in_flight_can_take(const struct in_flight *f)
{
    return f->answered.count > 0;
}

struct in_flight_slot *in_flight_next_open(struct in_flight *f, struct in_flight_slot *from)
{
    return slot_at(f, from ? from->after : f->open.first);
}

void in_flight_lose(struct in_flight *f)
{
    while (f->open.count)
        set_free(f, &f->open, slot_at(f, f->open.first));
}
