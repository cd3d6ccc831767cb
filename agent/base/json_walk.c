/* One state, one byte looked at, one event. Time goes where the bytes are: inside strings, eight at
 * a time. */
#include "base/json_walk.h"

#include <assert.h>
#include <stddef.h>

#include "base/escape.h"
#include "base/json_bytes.h"

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

/* Whether a scalar may end here. */
static bool scalar_is_whole(const struct json_walk *w)
{
    switch (w->lexeme) {
    case LEX_ZERO:
    case LEX_INTEGER:
    case LEX_FRACTION:
    case LEX_EXPONENT:
        return true;
    case LEX_WORD:
        return !*w->word;
    case LEX_PLAIN:
    case LEX_ESCAPE:
    case LEX_HEX:
    case LEX_LOW:
    case LEX_LOW_U:
    case LEX_UTF8:
    case LEX_MINUS:
    case LEX_POINT:
    case LEX_E:
    case LEX_E_SIGN:
    case LEX_WRONG:
        break;
    }
    return false;
}

/* A scalar alone in the world has no byte behind it that ends it. */
bool walk_is_over(const struct json_walk *w)
{
    return w->at == w->end
        && (w->state == WANT_NOTHING || (w->state == IN_SCALAR && !w->depth && scalar_is_whole(w)));
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

static void note_flaw(struct json_walk *w, const char *what)
{
    if (w->flaw)
        return;
    w->flaw = what;
    w->flaw_at = position(w);
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

/* ---- strings ---- */

/* How a character of several bytes begins: how many follow, and what the next one may be (RFC
 * 3629). */
static bool begin_character(struct json_walk *w, unsigned char c)
{
    static const struct {
        unsigned char first, last, left, from, to;
    } leads[] = {
        { 0xc2, 0xdf, 1, 0x80, 0xbf }, { 0xe0, 0xe0, 2, 0xa0, 0xbf }, { 0xe1, 0xec, 2, 0x80, 0xbf },
        { 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf }, { 0xf0, 0xf0, 3, 0x90, 0xbf },
        { 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
    };
    for (size_t i = 0; i < COUNT(leads); i++)
        if (c >= leads[i].first && c <= leads[i].last) {
            w->lexeme = LEX_UTF8;
            w->left = leads[i].left;
            w->from = leads[i].from;
            w->to = leads[i].to;
            return true;
        }
    return false;
}

#define FLAW_UTF8 "invalid UTF-8"
#define FLAW_ESCAPE "an invalid escape sequence"
#define FLAW_SURROGATE "an unpaired surrogate"

/* A byte at the start of a character; true when it closes the string. */
static bool take_first(struct json_walk *w, unsigned char c)
{
    w->lexeme = LEX_PLAIN;
    if (c == '\\')
        w->lexeme = LEX_ESCAPE;
    else if (c < 0x20)
        note_flaw(w, "an unescaped control character in a string");
    else if (c >= 0x80 && !begin_character(w, c))
        note_flaw(w, FLAW_UTF8);
    return c == '"';
}

static void take_escaped(struct json_walk *w, unsigned char c, bool low)
{
    if (!c || !strchr("\"\\/bfnrtu", c))
        note_flaw(w, FLAW_ESCAPE);
    w->lexeme = c == 'u' ? LEX_HEX : LEX_PLAIN;
    w->low = low;
    w->digits = 4;
    w->code = 0;
}

/* The last digit of \uXXXX was read. */
static void end_unit(struct json_walk *w)
{
    bool is_low = w->code >= 0xdc00 && w->code <= 0xdfff,
         is_high = w->code >= 0xd800 && w->code <= 0xdbff;
    if (is_low != w->low)
        note_flaw(w, FLAW_SURROGATE);
    w->lexeme = is_high ? LEX_LOW : LEX_PLAIN;
}

static bool take_hex(struct json_walk *w, unsigned char c)
{
    int digit = escape_hex((char)c);
    if (digit < 0) {
        note_flaw(w, FLAW_ESCAPE);
        return take_first(w, c);
    }
    w->code = w->code * 16 + (unsigned)digit;
    if (!--w->digits)
        end_unit(w);
    return false;
}

static bool take_later(struct json_walk *w, unsigned char c)
{
    if (c < w->from || c > w->to) {
        note_flaw(w, FLAW_UTF8);
        return take_first(w, c);
    }
    w->from = 0x80;
    w->to = 0xbf;
    if (!--w->left)
        w->lexeme = LEX_PLAIN;
    return false;
}

/* One byte of a string; true when it closes it. After a flaw the byte is read as the start of a
 * character. */
static bool take_byte(struct json_walk *w, unsigned char c)
{
    switch (w->lexeme) {
    case LEX_ESCAPE:
        take_escaped(w, c, false);
        return false;
    case LEX_HEX:
        return take_hex(w, c);
    case LEX_LOW:
        if (c != '\\') {
            note_flaw(w, FLAW_SURROGATE);
            return take_first(w, c);
        }
        w->lexeme = LEX_LOW_U;
        return false;
    case LEX_LOW_U:
        if (c != 'u')
            note_flaw(w, FLAW_SURROGATE);
        take_escaped(w, c, true);
        return false;
    case LEX_UTF8:
        return take_later(w, c);
    case LEX_PLAIN:
    case LEX_WORD:
    case LEX_MINUS:
    case LEX_ZERO:
    case LEX_INTEGER:
    case LEX_POINT:
    case LEX_FRACTION:
    case LEX_E:
    case LEX_E_SIGN:
    case LEX_EXPONENT:
    case LEX_WRONG:
        break;
    }
    return take_first(w, c);
}

/* Moves behind the closing quote; false: to the end of input. */
static bool skip_string(struct json_walk *w)
{
    while (w->at < w->end) {
        if (w->lexeme == LEX_PLAIN)
            w->at = json_skip_plain(w->at, w->end);
        if (w->at < w->end && take_byte(w, (unsigned char)*w->at++))
            return true;
    }
    return false;
}

static void begin_string(struct json_walk *w, bool in_key)
{
    w->state = IN_STRING;
    w->in_key = in_key;
    w->lexeme = LEX_PLAIN;
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
    bool closed = skip_string(w);
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

/* ---- numbers and literals ---- */

static bool is_scalar_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'
        || c == '+' || c == '.';
}

static enum lexeme first_of_scalar(struct json_walk *w, char c)
{
    static const char *const words[] = { "true", "false", "null" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (c == words[i][0]) {
            w->word = words[i] + 1;
            return LEX_WORD;
        }
    if (c >= '0' && c <= '9')
        return c == '0' ? LEX_ZERO : LEX_INTEGER;
    return c == '-' ? LEX_MINUS : LEX_WRONG;
}

/* The next byte of a number, by the grammar's diagram. */
static enum lexeme next_of_number(enum lexeme at, char c)
{
    bool digit = c >= '0' && c <= '9', e = c == 'e' || c == 'E';
    switch (at) {
    case LEX_MINUS:
        return digit ? (c == '0' ? LEX_ZERO : LEX_INTEGER) : LEX_WRONG;
    case LEX_INTEGER:
        if (digit)
            return LEX_INTEGER;
        return c == '.' ? LEX_POINT : e ? LEX_E : LEX_WRONG;
    case LEX_ZERO:
        return c == '.' ? LEX_POINT : e ? LEX_E : LEX_WRONG;
    case LEX_POINT:
        return digit ? LEX_FRACTION : LEX_WRONG;
    case LEX_FRACTION:
        return digit ? LEX_FRACTION : e ? LEX_E : LEX_WRONG;
    case LEX_E:
        return digit ? LEX_EXPONENT : c == '+' || c == '-' ? LEX_E_SIGN : LEX_WRONG;
    case LEX_E_SIGN:
    case LEX_EXPONENT:
        return digit ? LEX_EXPONENT : LEX_WRONG;
    case LEX_PLAIN:
    case LEX_ESCAPE:
    case LEX_HEX:
    case LEX_LOW:
    case LEX_LOW_U:
    case LEX_UTF8:
    case LEX_WORD:
    case LEX_WRONG:
        break;
    }
    return LEX_WRONG;
}

static enum lexeme next_of_scalar(struct json_walk *w, char c)
{
    if (w->lexeme != LEX_WORD)
        return next_of_number(w->lexeme, c);
    return *w->word && *w->word++ == c ? LEX_WORD : LEX_WRONG;
}

static enum walk_event read_scalar(struct json_walk *w)
{
    for (; w->at < w->end && is_scalar_byte(*w->at); w->at++)
        w->lexeme = next_of_scalar(w, *w->at);
    if (w->at == w->end)
        return WALK_MORE;
    if (!scalar_is_whole(w))
        note_flaw(w, "an invalid JSON value");
    return end_value(w);
}

/* ---- structure ---- */

static enum walk_event open_container(struct json_walk *w, char c, struct fault *why)
{
    if (w->depth == WALK_DEPTH_MAX)
        return refuse(w, "nested too deeply", why);
    if (w->depth == WALK_DEPTH)
        note_flaw(w, "nested too deeply");
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
    if (c != '"' && c != '{' && c != '[' && !is_scalar_byte(c))
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
        w->lexeme = first_of_scalar(w, c);
    }
    return WALK_BEGIN;
}

/* The events below read punctuation and have nothing to tell: WALK_MORE stands for "go on". */

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
