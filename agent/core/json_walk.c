/* One state, one byte looked at, one event. Time goes where the bytes are: inside strings, by memchr. */
#include "core/json_walk.h"

#include <assert.h>

#include "core/escape.h"

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

bool walk_is_over(const struct json_walk *w)
{
    return w->at == w->end && w->state == WANT_NOTHING;
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

static enum walk_event refuse(const struct json_walk *w, const char *what, struct fault *why)
{
    walk_refuse(w, what, why);
    return WALK_FAULT;
}

static bool is_in_object(const struct json_walk *w)
{
    return w->is_object >> w->depth & 1;
}

static void keep(struct kept *k, struct span bytes)
{
    k->overflowed = k->overflowed || bytes.len > k->room - k->len;
    if (k->overflowed)
        return;
    memcpy(k->at + k->len, bytes.at, bytes.len);
    k->len += bytes.len;
}

static const char *find(const char *from, char c, const char *end)
{
    const char *at = from < end ? memchr(from, c, (size_t)(end - from)) : NULL;
    return at ? at : end;
}

/* Moves to the closing quote or the end of input. Each quote is looked for once, so that a string full of
 * escapes is not searched again and again. */
static bool skip_to_quote(struct json_walk *w)
{
    const char *at = w->at + w->escaped;
    const char *quote = find(at, '"', w->end);
    w->escaped = false;

    for (const char *slash = find(at, '\\', quote); slash < quote; slash = find(at, '\\', quote)) {
        if (slash + 1 == w->end) {
            w->escaped = true;
            break;
        }
        at = slash + 2;
        if (at > quote)
            quote = find(at, '"', w->end);
    }
    w->at = quote;
    return quote < w->end;
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
    bool closed = skip_to_quote(w);
    if (to && w->at > from)
        keep(to, (struct span){ from, (size_t)(w->at - from) });
    if (!closed)
        return WALK_MORE;

    w->at++;
    if (!w->in_key)
        return end_value(w);
    w->state = WANT_COLON;
    w->level = w->depth;
    return WALK_KEY;
}

static bool is_scalar_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+'
           || c == '.';
}

static enum walk_event read_scalar(struct json_walk *w)
{
    while (w->at < w->end && is_scalar_byte(*w->at))
        w->at++;
    return w->at < w->end ? end_value(w) : WALK_MORE;
}

static enum walk_event open_container(struct json_walk *w, char c, struct fault *why)
{
    if (w->depth == WALK_DEPTH)
        return refuse(w, "nested too deeply", why);
    w->depth++;
    w->is_object &= ~(1U << w->depth);
    w->is_object |= (unsigned)(c == '{') << w->depth;
    w->state = c == '{' ? WANT_KEY_OR_CLOSE : WANT_VALUE_OR_CLOSE;
    return WALK_BEGIN;
}

static enum walk_event close_container(struct json_walk *w, struct fault *why)
{
    if (*w->at != (is_in_object(w) ? '}' : ']'))
        return refuse(w, "a bracket closes what it did not open", why);
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
    if (c != '"' && c != '{' && c != '[' && !is_scalar_byte(c))
        return refuse(w, "a value is missing", why);
    if (w->bom_bytes % 3)
        return refuse(w, "a byte order mark is cut", why);

    w->level = w->depth;
    w->keep = NULL;
    w->in_key = false;
    if (c == '{' || c == '[') {
        enum walk_event opened = open_container(w, c, why);
        w->at++;
        return opened;
    }
    w->at++;
    w->state = c == '"' ? IN_STRING : IN_SCALAR;
    return WALK_BEGIN;
}

/* The events below read punctuation and have nothing to tell: WALK_MORE stands for "go on". */

static enum walk_event read_key(struct json_walk *w, struct fault *why)
{
    if (*w->at != '"')
        return refuse(w, "the name of a member is missing", why);
    w->at++;
    w->state = IN_STRING;
    w->in_key = true;
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
        return refuse(w, "something follows the end", why);
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
