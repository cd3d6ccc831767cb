/* Messages between the commit that made them and the broker's acknowledgement. */
#include "edge/store/store_private.h"

bool store_post(struct store *s, const struct message *m, struct fault *why)
{
    struct statement *q = s->queries[QUERY_POST_MESSAGE];
    statement_bind_text(q, ":topic", span_of(m->topic));
    statement_bind_blob(q, ":payload", m->payload);
    statement_bind_integer(q, ":retain", m->retain);
    return statement_run(q, why);
}

/* Copied, for a statement left open is a reader: while it is, no checkpoint empties the WAL. */
static void copy_message(struct store *s, const struct statement *q, struct message *ret)
{
    text_clear(&s->topic);
    text_clear(&s->payload);
    text_add(&s->topic, statement_text(q, 1));
    text_add(&s->payload, statement_text(q, 2));
    *ret = (struct message){
        .id = statement_integer(q, 0),
        .topic = text_z(&s->topic),
        .payload = { text_z(&s->payload), s->payload.len },
        .retain = statement_integer(q, 3) != 0,
    };
}

bool store_next_message(struct store *s, int64_t after, struct message *ret, bool *ret_found, struct fault *why)
{
    struct statement *q = s->queries[QUERY_NEXT_MESSAGE];
    statement_bind_integer(q, ":after", after);
    if (!statement_step(q, ret_found, why))
        return false;
    if (*ret_found)
        copy_message(s, q, ret);
    statement_reset(q);
    return true;
}

static bool acknowledge(struct statement *q, int64_t message, struct fault *why)
{
    statement_bind_integer(q, ":id", message);
    return statement_run(q, why);
}

bool store_acknowledge(struct store *s, int64_t message, struct fault *why)
{
    return acknowledge(s->queries[QUERY_ACKNOWLEDGE_EVENT], message, why)
        && acknowledge(s->queries[QUERY_ACKNOWLEDGE_RETAINED], message, why);
}

bool store_resend_retained(struct store *s, struct fault *why)
{
    return statement_run(s->queries[QUERY_RESEND_RETAINED], why);
}
