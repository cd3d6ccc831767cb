/* Messages between the commit that made them and the broker's acknowledgement. */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/store/store_private.h"

bool store_post(struct store *s, const struct message *m, struct fault *why)
{
    struct statement *q = s->queries[SQL_POST_MESSAGE];
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
    text_add(&s->topic, statement_text(q, NEXT_MESSAGE_TOPIC));
    text_add(&s->payload, statement_text(q, NEXT_MESSAGE_PAYLOAD));
    *ret = (struct message){
        .id = statement_integer(q, NEXT_MESSAGE_ID),
        .topic = text_z(&s->topic),
        .payload = { text_z(&s->payload), s->payload.len },
        .retain = statement_integer(q, NEXT_MESSAGE_RETAIN) != 0,
    };
}

bool store_next_message(struct store *s, int64_t after, struct message *ret, bool *ret_found,
                        struct fault *why)
{
    struct statement *q = s->queries[SQL_NEXT_MESSAGE];
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
    return acknowledge(s->queries[SQL_ACKNOWLEDGE_EVENT], message, why)
        && acknowledge(s->queries[SQL_ACKNOWLEDGE_RETAINED], message, why);
}

bool store_resend_retained(struct store *s, struct fault *why)
{
    return statement_run(s->queries[SQL_RESEND_RETAINED], why);
}

bool store_refuse(struct store *s, int64_t message, const char *reason, unix_s retry_at,
                  struct text *ret_topic, struct fault *why)
{
    struct statement *q = s->queries[SQL_REFUSE_MESSAGE];
    bool row, more = true;
    statement_bind_integer(q, ":id", message);
    statement_bind_text(q, ":reason", span_of(reason));
    bind_time(q, ":retry_at", retry_at);
    if (!statement_step(q, &row, why))
        return false;
    text_clear(ret_topic);
    if (row)
        text_add(ret_topic, statement_text(q, REFUSE_MESSAGE_TOPIC));
    bool ok = !row
        || statement_step(q, &more,
                          why); /* a statement that returns rows is done after the last one */
    statement_reset(q);
    return ok;
}

bool store_retry_refused(struct store *s, unix_s now, struct fault *why)
{
    struct statement *q = s->queries[SQL_RETRY_REFUSED];
    statement_bind_integer(q, ":now", now);
    return statement_run(q, why);
}

bool store_outbox(struct store *s, struct outbox_depth *ret, struct text *refusal,
                  struct fault *why)
{
    struct statement *q = s->queries[SQL_OUTBOX];
    bool row;
    if (!statement_step(q, &row, why))
        return false;
    *ret = (struct outbox_depth){
        .events = statement_integer(q, QUERY_BROKER_EVENTS),
        .bytes = statement_integer(q, QUERY_BROKER_BYTES),
        .oldest_at = column_time(q, QUERY_BROKER_OLDEST_AT),
        .refused = statement_integer(q, QUERY_BROKER_REFUSED),
        .delivered_at = column_time(q, QUERY_BROKER_DELIVERED_AT),
    };
    text_clear(refusal);
    text_add(refusal, statement_text(q, QUERY_BROKER_REFUSAL));
    statement_reset(q);
    return true;
}

void merged_done(struct merged_list *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->at[i].topic);
    free(d->at);
    *d = (struct merged_list){ 0 };
}

static bool mark(struct store *s, int64_t after, int64_t most, struct fault *why)
{
    struct statement *closed = s->queries[SQL_MERGE_MARK], *earlier = s->queries[SQL_MERGE_EARLIER];
    statement_bind_integer(closed, ":after", after);
    statement_bind_integer(closed, ":most", most);
    statement_bind_integer(earlier, ":after", after);
    return statement_run(closed, why) && statement_run(earlier, why);
}

static bool sum_up(struct statement *q, struct merged_list *ret, struct fault *why)
{
    bool row = true, ok = true;
    while ((ok = statement_step(q, &row, why)) && row) {
        struct span topic = statement_text(q, MERGE_SUMS_TOPIC);
        ret->at = xrealloc(ret->at, ret->count + 1, sizeof *ret->at);
        ret->at[ret->count++] = (struct merged){
            .topic = xstrndup(topic.at, topic.len),
            .message = statement_integer(q, MERGE_SUMS_MESSAGE),
            .events = statement_integer(q, MERGE_SUMS_EVENTS),
            .from = column_time(q, MERGE_SUMS_MERGED_FROM),
            .until = column_time(q, MERGE_SUMS_AT),
        };
    }
    statement_reset(q);
    return ok;
}

bool store_merge_events(struct store *s, int64_t after, int64_t most, struct merged_list *ret,
                        struct fault *why)
{
    struct merged_list d = { 0 };
    if (!mark(s, after, most, why) || !sum_up(s->queries[SQL_MERGE_SUMS], &d, why)
        || !statement_run(s->queries[SQL_MERGE_DROP], why)) {
        merged_done(&d);
        return false;
    }
    *ret = d;
    return true;
}

bool store_put_merged(struct store *s, const struct merged *d, struct span payload,
                      struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_MERGED];
    statement_bind_integer(q, ":id", d->message);
    statement_bind_text(q, ":topic", span_of(d->topic));
    statement_bind_blob(q, ":payload", payload);
    statement_bind_integer(q, ":merged", d->events);
    bind_time(q, ":merged_from", d->from);
    bind_time(q, ":at", d->until);
    return statement_run(q, why);
}

bool store_put_broker(struct store *s, const struct broker_row *row, struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_BROKER];
    statement_bind_text(q, ":address", span_of(row->address));
    statement_bind_text(q, ":state", span_of(row->state));
    statement_bind_text(q, ":version", span_of(row->version));
    if (row->reason)
        statement_bind_text(q, ":reason", span_of(row->reason));
    statement_bind_integer(q, ":since", row->since);
    return statement_run(q, why);
}

bool store_set_delivered(struct store *s, unix_s at, struct fault *why)
{
    struct statement *q = s->queries[SQL_SET_DELIVERED];
    statement_bind_integer(q, ":at", at);
    return statement_run(q, why);
}
