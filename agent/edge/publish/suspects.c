/* Tags are few, so they are walked. */
#include "edge/publish/suspects.h"

#include "base/span.h"

enum {
    CLOSINGS_THAT_CONVICT = 3
}; /* fewer would also meet a broker that is restarted at a bad moment */

static struct suspect *find(struct suspects *s, int64_t tag)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].tag == tag)
            return &s->at[i];
    return NULL;
}

bool suspects_has(const struct suspects *s, int64_t tag)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->at[i].tag == tag)
            return true;
    return false;
}

void suspects_clear(struct suspects *s, int64_t tag)
{
    struct suspect *found = find(s, tag);
    if (found)
        *found = s->at[--s->count];
}

static void add(struct suspects *s, int64_t tag)
{
    if (s->count < COUNT(s->at)
        && !suspects_has(s, tag)) /* one that finds no room is seen at the next closing */
        s->at[s->count++] = (struct suspect){ .tag = tag };
}

static void convict(struct suspects *s, struct in_flight *f, struct in_flight_slot *slot)
{
    if (!s->convicted_bytes || slot->bytes < s->convicted_bytes)
        s->convicted_bytes = slot->bytes;
    in_flight_settle(f, slot,
                     "the broker closes the connection when this message is sent; it may be larger "
                     "than it accepts");
    slot->closes = true;
    suspects_clear(s, slot->tag);
}

static void accuse(struct suspects *s, struct in_flight *f, struct in_flight_slot *slot,
                   bool for_a_message)
{
    struct suspect *known = find(s, slot->tag);
    bool as_large = s->convicted_bytes && slot->bytes >= s->convicted_bytes;
    if (for_a_message || (known && (as_large || ++known->closings >= CLOSINGS_THAT_CONVICT)))
        convict(s, f, slot);
    else
        add(s, slot->tag);
}

void suspects_closed(struct suspects *s, struct in_flight *f, bool for_a_message)
{
    struct in_flight_slot *first = in_flight_next_open(f, NULL);
    if (first && !in_flight_next_open(f, first)) {
        accuse(s, f, first, for_a_message);
        return;
    }
    for (struct in_flight_slot *slot = first; slot; slot = in_flight_next_open(f, slot))
        add(s, slot->tag);
}
