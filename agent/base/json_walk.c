/* One state, one byte looked at, one event. What is within a string or a scalar is for json_lex. */
#include "base/json_walk.h"

#include <assert.h>
#include <stddef.h>

#include "base/escape.h"

void walk_init(struct json_walk *w)
{
    *w = (struct json_walk){ 0 };
    w->key = (struct kept){ .at = w->key_bytes, .room = sizeof w->key_bytes };
}

void walk_feed(struct json_walk *w, struct span bytes)
{
    assert(w->at == w->end);
    w->bytes_before += w->end - w->start;
    w->start = w->at = bytes.at;
    w->end = bytes.len ? bytes.at + bytes.len : bytes.at;
}

/* A scalar alone in the world has no byte behind it that ends it. */
bool walk_is_over(const struct json_walk *w)
{
    return w->at == w->end
        && (w->state == WANT_NOTHING
            || (w->state == IN_SCALAR && !w->depth && lex_scalar_is_whole(&w->lex)));
}

bool walk_key_is(const struct json_walk *w, const char *name)
{
    return !w->key.overflowed && escape_is((struct span){ w->key.at, w->key.len }, name);
}

static int64_t position(const struct json_walk *w)
{
    return w->bytes_before + (w->at - w->start);
}

bool walk_refuse(const struct json_walk *w, const char *what, struct fault *why)
{
    return fault(why, FAULT_REJECT, "%s (byte %lld)", what, (long long)position(w));
}

bool walk_refuse_flaw(const struct json_walk *w, struct fault *why)
{
    return fault(why, FAULT_REJECT, "%s (byte %lld)", w->flaw, (long long)w->flaw_at);
}

static enum walk_event refuse(const struct json_walk *w, const char *what, struct fault *why)
{
    walk_refuse(w, what, why);
    return WALK_FAULT;
}

/* The first one stands, until its owner has seen it. */
static void note_flaw(struct json_walk *w, const char *what, const char *behind)
{
    if (w->flaw)
        return;
    w->flaw = what;
    w->flaw_at = w->bytes_before + (behind - w->start);
}

static void take_flaw(struct json_walk *w)
{
    if (w->lex.flaw)
        note_flaw(w, w->lex.flaw, w->lex.behind_flaw);
    w->lex.flaw = NULL;
}

static bool is_in_object(const struct json_walk *w)
{
    return w->is_object[w->depth / 64] >> (w->depth % 64) & 1;
}

static void set_in_object(struct json_walk *w, bool is_object)
{
    uint64_t bit = UINT64_C(1) << (w->depth % 64), *word = &w->is_object[w->depth / 64];
    *word = is_object ? *word | bit : *word & ~bit;
}

static void keep(struct kept *k, struct span bytes)
{
    k->overflowed = k->overflowed || bytes.len > k->room - k->len;
    if (k->overflowed)
        return;
    memcpy(k->at + k->len, bytes.at, bytes.len);
    k->len += bytes.len;
}

/* ---- strings and scalars ---- */

static void begin_string(struct json_walk *w, bool in_key)
{
    w->state = IN_STRING;
    w->in_key = in_key;
    lex_begin_string(&w->lex);
}

static enum walk_event end_value(struct json_walk *w)
{
    w->state = w->depth ? WANT_COMMA_OR_CLOSE : WANT_NOTHING;
    w->level = w->depth;
    return WALK_END;
}

static enum walk_event read_string(struct json_walk *w)
{
    struct kept *to = w->in_key ? &w->key : w->keep;
    const char *from = w->at;
    bool closed = lex_string(&w->lex, &w->at, w->end);
    if (w->lex.flaw)
        take_flaw(w);
    const char *to_quote = w->at - closed;
    if (to && to_quote > from)
        keep(to, (struct span){ from, (size_t)(to_quote - from) });
    if (!closed)
        return WALK_MORE;

    if (!w->in_key)
        return end_value(w);
    w->state = WANT_COLON;
    w->level = w->depth;
    return WALK_KEY;
}

static enum walk_event read_scalar(struct json_walk *w)
{
    if (!lex_scalar(&w->lex, &w->at, w->end))
        return WALK_MORE;
    if (!lex_scalar_is_whole(&w->lex))
        note_flaw(w, "an invalid JSON value", w->at);
    return end_value(w);
}

/* ---- structure ---- */

static enum walk_event open_container(struct json_walk *w, char c, struct fault *why)
{
    if (w->depth == WALK_DEPTH_MAX)
        return refuse(w, "nested too deeply", why);
    if (w->depth == WALK_DEPTH)
        note_flaw(w, "nested too deeply", w->at);
    w->depth++;
    set_in_object(w, c == '{');
    w->state = c == '{' ? WANT_KEY_OR_CLOSE : WANT_VALUE_OR_CLOSE;
    return WALK_BEGIN;
}

static enum walk_event close_container(struct json_walk *w, struct fault *why)
{
    if (*w->at != (is_in_object(w) ? '}' : ']'))
        return refuse(w, "a mismatched closing bracket", why);
    w->at++;
    w->depth--;
    return end_value(w);
}

/* RFC 8259 lets a reader ignore a byte order mark at the very start. */
static bool is_bom_byte(const struct json_walk *w, char c)
{
    return position(w) == w->bom_bytes && w->bom_bytes < 3 && c == "\xef\xbb\xbf"[w->bom_bytes];
}

static enum walk_event read_value(struct json_walk *w, struct fault *why)
{
    char c = *w->at;
    if (c != '"' && c != '{' && c != '[' && !lex_is_scalar_byte(c))
        return refuse(w, "a value is missing", why);
    if (w->bom_bytes % 3)
        return refuse(w, "a byte order mark is incomplete", why);

    w->level = w->depth;
    w->keep = NULL;
    if (c == '{' || c == '[') {
        enum walk_event opened = open_container(w, c, why);
        w->at++;
        return opened;
    }
    w->at++;
    if (c == '"') {
        begin_string(w, false);
    } else {
        w->state = IN_SCALAR;
        lex_begin_scalar(&w->lex, c);
    }
    return WALK_BEGIN;
}

/* The events below read punctuation and yield nothing: WALK_MORE stands for "go on". */

static enum walk_event read_key(struct json_walk *w, struct fault *why)
{
    if (*w->at != '"')
        return refuse(w, "a member name is missing", why);
    w->at++;
    begin_string(w, true);
    w->key.len = 0;
    w->key.overflowed = false;
    return WALK_MORE;
}

static enum walk_event read_colon(struct json_walk *w, struct fault *why)
{
    if (*w->at != ':')
        return refuse(w, "a colon is missing", why);
    w->at++;
    w->state = WANT_VALUE;
    return WALK_MORE;
}

static enum walk_event read_comma(struct json_walk *w, struct fault *why)
{
    if (*w->at != ',')
        return refuse(w, "a comma is missing", why);
    w->at++;
    w->state = is_in_object(w) ? WANT_KEY : WANT_VALUE;
    return WALK_MORE;
}

static bool at_close(const struct json_walk *w)
{
    return *w->at == ']' || *w->at == '}';
}

static bool skip_white(struct json_walk *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == '\n' || *w->at == '\r' || *w->at == '\t'))
        w->at++;
    return w->at < w->end;
}

/* Reads at the first byte that is not white space. */
static enum walk_event read_token(struct json_walk *w, struct fault *why)
{
    switch (w->state) {
    case WANT_VALUE:
        if (!w->depth && is_bom_byte(w, *w->at)) {
            w->at++;
            w->bom_bytes++;
            return WALK_MORE;
        }
        return read_value(w, why);
    case WANT_KEY:
        return read_key(w, why);
    case WANT_VALUE_OR_CLOSE:
        return at_close(w) ? close_container(w, why) : read_value(w, why);
    case WANT_KEY_OR_CLOSE:
        return at_close(w) ? close_container(w, why) : read_key(w, why);
    case WANT_COLON:
        return read_colon(w, why);
    case WANT_COMMA_OR_CLOSE:
        return at_close(w) ? close_container(w, why) : read_comma(w, why);
    case WANT_NOTHING:
        return refuse(w, "unexpected data after the end", why);
    case IN_STRING:
        return read_string(w);
    case IN_SCALAR:
        return read_scalar(w);
    }
    return WALK_FAULT;
}

enum walk_event walk_next(struct json_walk *w, struct fault *why)
{
    while (w->at < w->end) {
        bool inside = w->state == IN_STRING || w->state == IN_SCALAR;
        if (!inside && !skip_white(w))
            break;
        enum walk_event event = read_token(w, why);
        if (event != WALK_MORE)
            return event;
    }
    return WALK_MORE;
}

bool walk_reach_object(struct json_walk *w)
{
    bool is_inside = w->state == IN_STRING || w->state == IN_SCALAR;
    if (is_inside || !w->depth || is_in_object(w) || !skip_white(w))
        return false;
    if (w->state == WANT_COMMA_OR_CLOSE && *w->at == ',') {
        w->at++;
        w->state = WANT_VALUE;
    }
    return (w->state == WANT_VALUE || w->state == WANT_VALUE_OR_CLOSE) && skip_white(w)
        && *w->at == '{';
}

void walk_pass(struct json_walk *w, const char *end)
{
    w->at = end;
    end_value(w);
}

bool walk_whole(struct span json, struct fault *why)
{
    struct json_walk w;
    enum walk_event event;
    walk_init(&w);
    walk_feed(&w, json);
    while ((event = walk_next(&w, why)) != WALK_MORE && event != WALK_FAULT && !w.flaw)
        continue;
    if (event == WALK_FAULT)
        return false;
    if (w.flaw)
        return walk_refuse_flaw(&w, why);
    return walk_is_over(&w) || walk_refuse(&w, "truncated", why);
}
