/* What a broker holds because Ebb published it: the topics of states, of which only the topic is
 * kept, and those of alerts, which are rows of the outbox. */
#include "edge/store/store_private.h"

void retained_at_done(struct retained_at *r)
{
    text_done(&r->address);
    text_done(&r->base);
}

bool store_set_retained_at(struct store *s, const char *address, const char *base,
                           struct retained_at *ret_before, struct fault *why)
{
    struct statement *find = s->queries[SQL_FIND_RETAINED_AT],
                     *set = s->queries[SQL_SET_RETAINED_AT];
    bool row;
    bool ok = statement_step(find, &row, why);
    if (ok && row) {
        text_add(&ret_before->address, statement_text(find, FIND_RETAINED_AT_ADDRESS));
        text_add(&ret_before->base, statement_text(find, FIND_RETAINED_AT_BASE));
        ret_before->told = statement_integer(find, FIND_RETAINED_AT_TOLD) != 0;
    }
    statement_reset(find);
    statement_bind_text(set, ":address", span_of(address));
    statement_bind_text(set, ":base", span_of(base));
    return ok && statement_run(set, why);
}

bool store_set_told(struct store *s, bool told, struct fault *why)
{
    struct statement *q = s->queries[SQL_SET_TOLD];
    statement_bind_integer(q, ":told", told);
    return statement_run(q, why);
}

static bool run_on(struct store *s, enum statement_name query, const char *topic, struct fault *why)
{
    struct statement *q = s->queries[query];
    statement_bind_text(q, ":topic", span_of(topic));
    return statement_run(q, why);
}

bool store_add_state_topic(struct store *s, const char *topic, struct fault *why)
{
    return run_on(s, SQL_ADD_STATE_TOPIC, topic, why) && run_on(s, SQL_FORGET_RETAINED, topic, why);
}

bool store_forget_state_topic(struct store *s, const char *topic, struct fault *why)
{
    return run_on(s, SQL_FORGET_STATE_TOPIC, topic, why);
}

bool store_refuse_state(struct store *s, const char *topic, const char *reason, struct fault *why)
{
    struct statement *q = s->queries[SQL_REFUSE_STATE];
    statement_bind_text(q, ":topic", span_of(topic));
    if (reason)
        statement_bind_text(q, ":reason", span_of(reason));
    return statement_run(q, why);
}

bool store_each_state_topic(struct store *s,
                            void (*see)(void *context, struct span topic, bool refused),
                            void *context, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_STATE_TOPICS];
    bool row, ok;
    while ((ok = statement_step(q, &row, why)) && row)
        see(context, statement_text(q, LOAD_STATE_TOPICS_TOPIC),
            statement_integer(q, LOAD_STATE_TOPICS_IS_REFUSED) != 0);
    statement_reset(q);
    return ok;
}

bool store_copy_retained(struct store *s, const char *topic, const char *to, struct fault *why)
{
    struct statement *q = s->queries[SQL_COPY_RETAINED];
    statement_bind_text(q, ":topic", span_of(topic));
    statement_bind_text(q, ":to", span_of(to));
    return statement_run(q, why);
}

bool store_rename_retained(struct store *s, const char *topic, const char *name, struct fault *why)
{
    struct statement *q = s->queries[SQL_RENAME_RETAINED];
    statement_bind_text(q, ":topic", span_of(topic));
    statement_bind_text(q, ":name", span_of(name));
    return statement_run(q, why);
}

bool store_each_retained(struct store *s, void (*see)(void *context, struct span topic),
                         void *context, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_RETAINED];
    bool row, ok;
    while ((ok = statement_step(q, &row, why)) && row)
        see(context, statement_text(q, LOAD_RETAINED_TOPIC));
    statement_reset(q);
    return ok;
}

bool store_forget_retained(struct store *s, const char *topic, struct fault *why)
{
    return run_on(s, SQL_FORGET_RETAINED, topic, why) && store_forget_state_topic(s, topic, why);
}

bool store_clear_topic(struct store *s, const char *topic, struct fault *why)
{
    const struct message m = { .topic = topic, .retain = true };
    return store_post(s, &m, why) && store_forget_state_topic(s, topic, why);
}

bool store_forget_cleared(struct store *s, struct fault *why)
{
    return statement_run(s->queries[SQL_FORGET_CLEARED], why);
}

bool store_last_poll_of(struct store *s, int64_t account, struct poll_end *ret, struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_LAST_POLL];
    bool row;
    statement_bind_integer(q, ":account", account);
    bool ok = statement_step(q, &row, why);
    if (ok && !row)
        ret->at = TIME_NONE;
    if (ok && row) {
        ret->at = column_time(q, LOAD_LAST_POLL_AT);
        ret->result = column_poll_result(q, LOAD_LAST_POLL_RESULT);
        text_clear(&ret->reason);
        text_add(&ret->reason, statement_text(q, LOAD_LAST_POLL_REASON));
    }
    statement_reset(q);
    return ok;
}
