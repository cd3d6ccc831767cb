/* One question for each connection, answered once. */
#include "edge/publish/echo.h"

#include "base/hash.h"

enum { PATIENCE_MS = 10 * 1000 }; /* from the sending of the status to its return */

void echo_begin(struct echo *e, struct mqtt_client *c, const char *topic)
{
    *e = (struct echo){ .state = ECHO_LISTENING };
    client_listen(c, topic);
}

void echo_sent(struct echo *e, struct span payload)
{
    if (e->state != ECHO_LISTENING)
        return;
    e->state = ECHO_SENT;
    e->expected = hash_of(payload);
}

static bool end(struct echo *e, struct mqtt_client *c, const char *topic, enum echo_state state)
{
    e->state = state;
    client_unlisten(c, topic);
    return true;
}

bool echo_turn(struct echo *e, struct mqtt_client *c, const char *topic, mono_ms now)
{
    if (e->state != ECHO_SENT)
        return false;
    if (client_is_deaf(c))
        return end(e, c, topic, ECHO_REFUSED);
    if (client_heard(c) == e->expected)
        return end(e, c, topic, ECHO_HEARD);
    if (!e->due)
        e->due = now + PATIENCE_MS;
    return now >= e->due && end(e, c, topic, ECHO_MISSING);
}

const char *echo_words(const struct echo *e)
{
    switch (e->state) {
    case ECHO_MISSING:
        return "the broker acknowledged the status topic but did not deliver it to this client: "
               "its access rules may "
               "drop what Ebb publishes, which MQTT 3.1.1 does not report";
    case ECHO_REFUSED:
        return "the broker does not let this client read its own status topic: whether its access "
               "rules drop what Ebb "
               "publishes is not known, since MQTT 3.1.1 does not report it";
    case ECHO_OFF:
    case ECHO_LISTENING:
    case ECHO_SENT:
    case ECHO_HEARD:
        break;
    }
    return "";
}
