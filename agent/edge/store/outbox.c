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

bool store_next_message(struct store *s, int64_t after, struct message *ret, bool *ret_found, struct fault *why)
{
    struct statement *q = s->queries[QUERY_NEXT_MESSAGE];
    statement_reset(q);
    statement_bind_integer(q, ":after", after);
    if (!statement_step(q, ret_found, why))
        return false;
    if (*ret_found)
        *ret = (struct message){
            .id = statement_integer(q, 0),
            .topic = statement_text(q, 1).at,
            .payload = statement_text(q, 2),
            .retain = statement_integer(q, 3) != 0,
        };
    else
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
    statement_reset(s->queries[QUERY_NEXT_MESSAGE]); /* an open read would hold the old snapshot */
    return acknowledge(s->queries[QUERY_ACKNOWLEDGE_EVENT], message, why)
        && acknowledge(s->queries[QUERY_ACKNOWLEDGE_RETAINED], message, why);
}

bool store_resend_retained(struct store *s, struct fault *why)
{
    statement_reset(s->queries[QUERY_NEXT_MESSAGE]);
    return statement_run(s->queries[QUERY_RESEND_RETAINED], why);
}
