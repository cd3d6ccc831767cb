/* Credits are a line of JSON, consumption may be many megabytes: the one is kept, the other cut up
 * as it comes. */
#include "daemon/api_call.h"

#include "daemon/answer.h"
#include "provider/provider.h"

enum {
    BODY_BYTES_MAX = 64 * 1024,
    USAGE_BYTES_MAX = 256 * 1024 * 1024, /* read in pieces; only its lines stay */
    USAGE_LINES_MAX = 2 * 1000 * 1000,   /* of 40 bytes each */
};

static void end_with(struct api_call *e, enum poll_result result)
{
    transfer_free(e->transfer);
    e->transfer = NULL;
    e->over = true;
    e->result = result;
}

void api_call_start(struct api_call *e, struct fetch *fetch, const struct account_settings *s,
                    const char *url, bool usage)
{
    const struct request request = request_of(s, url, usage ? USAGE_BYTES_MAX : BODY_BYTES_MAX);
    api_call_done(e);
    e->splitter = usage ? splitter_new(&provider_of(s)->usage) : NULL;
    if (!fetch_start(fetch, &request, &e->transfer, &e->why))
        end_with(e, POLL_BROKEN);
}

void api_call_done(struct api_call *e)
{
    transfer_free(e->transfer);
    splitter_free(e->splitter);
    usage_done(&e->book);
    text_done(&e->body);
    *e = (struct api_call){ 0 };
}

static bool read_elements(struct api_call *e, const struct provider *p)
{
    struct element element;
    for (;;) {
        switch (splitter_next(e->splitter, &element, &e->why)) {
        case SPLIT_MORE:
            return true;
        case SPLIT_FAULT:
            return false;
        case SPLIT_ELEMENT:
            if (element.flaw)
                usage_refuse_element(&e->book, element.flaw);
            else
                e->elements_read += p->decode_usage(element.json, &e->book);
            if (e->book.count + e->book.gap_count > USAGE_LINES_MAX)
                return fault(&e->why, FAULT_REJECT, "usage endpoint: more than %d usage lines",
                             USAGE_LINES_MAX);
        }
    }
}

static void read_bytes(struct api_call *e, const struct provider *p, int status)
{
    struct span bytes = transfer_take(e->transfer);
    if (!bytes.len || e->faulty)
        return;
    if (status == 200 && e->splitter) {
        splitter_feed(e->splitter, bytes);
        e->faulty = !read_elements(e, p);
    } else if (e->body.len
               < (status == 200 ? (size_t)BODY_BYTES_MAX : (size_t)ANSWER_ERROR_BYTES)) {
        text_add(&e->body, bytes);
    }
}

/* An answer of which no element names a payer is something else: it says nothing about anybody. */
static bool is_complete(struct api_call *e)
{
    struct span none;
    if (e->faulty || (e->splitter && !splitter_end(e->splitter, &none, &e->why)))
        return false;
    if (e->book.refused == 0 || e->elements_read > 0)
        return true;
    usage_say_refused(&e->book, &e->why);
    return false;
}

bool api_call_turn(struct api_call *e, const struct account_settings *s)
{
    struct outcome outcome;
    bool over = transfer_over(e->transfer, clock_unix(), &outcome);
    read_bytes(e, provider_of(s), outcome.status);
    if (!over && !e->faulty)
        return false;

    e->retry_after_s = outcome.retry_after_s;
    if (over && outcome.end == TRANSFER_FAILED) {
        e->why = outcome.why;
        end_with(e, outcome.why.kind == FAULT_REJECT ? POLL_BROKEN : POLL_UNAVAILABLE);
    } else if (outcome.status != 200) {
        answer_refused(s, outcome.status, &e->body, &e->why);
        end_with(e, answer_result(outcome.status));
    } else {
        end_with(e, is_complete(e) ? POLL_OK : POLL_BROKEN);
    }
    answer_hide_key(e->why.text, s->key);
    answer_note_wait(&e->why, e->retry_after_s, clock_unix());
    return true;
}
