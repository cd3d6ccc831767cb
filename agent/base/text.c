/* Growing text, and the three doors through which foreign text leaves: JSON, CSV, terminal. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/xmalloc.h"

#define REPLACEMENT "\xef\xbf\xbd"
#define ELLIPSIS "\xe2\x80\xa6"

/* Room for `more` bytes and the terminator; doubling keeps adding linear. */
static void reserve(struct text *t, size_t more)
{
    if (t->room - t->len > more)
        return;
    size_t room = t->room * 2 > t->len + more + 1 ? t->room * 2 : t->len + more + 1;
    t->room = room < 64 ? 64 : room;
    t->at = xrealloc(t->at, t->room, 1);
}

static void cut_at(struct text *t, size_t len)
{
    t->len = len;
    if (t->at)
        t->at[len] = '\0';
}

void text_add(struct text *t, struct span bytes)
{
    reserve(t, bytes.len);
    if (bytes.len)
        memcpy(t->at + t->len, bytes.at, bytes.len);
    cut_at(t, t->len + bytes.len);
}

char *text_room(struct text *t, size_t bytes)
{
    reserve(t, bytes);
    return t->at + t->len;
}

void text_filled(struct text *t, size_t bytes)
{
    cut_at(t, t->len + bytes);
}

void text_addv(struct text *t, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t room = t->room - t->len;
    int len = vsnprintf(t->at ? t->at + t->len : NULL, room, format, args);
    if (len > 0 && (size_t)len >= room) {
        reserve(t, (size_t)len);
        vsnprintf(t->at + t->len, (size_t)len + 1, format, again);
    }
    va_end(again);
    if (len > 0)
        t->len += (size_t)len;
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_addv(t, format, args);
    va_end(args);
}

void text_clear(struct text *t)
{
    cut_at(t, 0);
}

void text_done(struct text *t)
{
    free(t->at);
    *t = (struct text){ 0 };
}

void text_add_secret(struct text *t, struct span bytes)
{
    struct text grown = { 0 };
    if (t->room - t->len <= bytes.len) {
        reserve(&grown, 2 * (t->len + bytes.len));
        text_add(&grown, (struct span){ text_z(t), t->len });
        text_wipe(t);
        *t = grown;
    }
    text_add(t, bytes);
}

void text_wipe(struct text *t)
{
    if (t->at)
        explicit_bzero(t->at, t->len);
    text_done(t);
}

const char *text_z(const struct text *t)
{
    return t->at ? t->at : "";
}

/* The number of bytes that a first byte announces, and the smallest code point that needs so many.
 */
static size_t announced(unsigned char first, unsigned *ret_least)
{
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t len = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *ret_least = least[len];
    return first > 0xf4 ? 0 : len;
}

size_t utf8_step(struct span text, unsigned *ret_code_point)
{
    if (!text.len)
        return 0;
    const unsigned char *at = (const unsigned char *)text.at;
    unsigned least;
    size_t len = announced(at[0], &least);
    if (!len || len > text.len)
        return 0;

    unsigned code_point = len == 1 ? at[0] : at[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code_point = code_point << 6 | (at[i] & 0x3fU);
    }
    bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < least || code_point > 0x10ffff || is_surrogate)
        return 0;
    *ret_code_point = code_point;
    return len;
}

long utf8_characters(struct span text)
{
    long count = 0;
    while (text.len) {
        unsigned code_point;
        size_t step = utf8_step(text, &code_point);
        if (!step)
            return -1;
        text = (struct span){ text.at + step, text.len - step };
        count++;
    }
    return count;
}

/* Takes one character off the front of `rest`. A byte that is no UTF-8 comes out as U+FFFD. */
static struct span take_character(struct span *rest, unsigned *ret_code_point)
{
    size_t len = utf8_step(*rest, ret_code_point);
    struct span character = { rest->at, len };
    if (!len) {
        character = span_of(REPLACEMENT);
        *ret_code_point = 0xfffd;
        len = 1;
    }
    *rest = (struct span){ rest->at + len, rest->len - len };
    return character;
}

/* The length of the front that JSON takes as it is: most values are nothing else. */
static size_t plain_length(struct span value)
{
    size_t len = 0;
    while (len < value.len && value.at[len] >= ' ' && value.at[len] < 0x7f && value.at[len] != '"'
           && value.at[len] != '\\')
        len++;
    return len;
}

void text_add_json(struct text *t, struct span value)
{
    text_add(t, span_of("\""));
    while (value.len) {
        size_t plain = plain_length(value);
        text_add(t, (struct span){ value.at, plain });
        value = (struct span){ value.at + plain, value.len - plain };
        if (!value.len)
            break;
        unsigned code_point;
        struct span character = take_character(&value, &code_point);
        if (code_point == '"' || code_point == '\\')
            text_addf(t, "\\%c", (char)code_point);
        else if (code_point == '\n')
            text_add(t, span_of("\\n"));
        else if (code_point < 0x20 || code_point == 0x7f)
            text_addf(t, "\\u%04x", code_point);
        else
            text_add(t, character);
    }
    text_add(t, span_of("\""));
}

/* Whether a spreadsheet may take the field for a formula; some also read the full-width forms. */
static bool looks_like_formula(struct span value)
{
    static const unsigned openers[] = { '=',  '+',    '-',    '@',    '\t',  '\r',
                                        '\n', 0xff1d, 0xff0b, 0xff0d, 0xff20 };
    unsigned first;
    if (!utf8_step(value, &first))
        return false;
    for (size_t i = 0; i < COUNT(openers); i++)
        if (first == openers[i])
            return true;
    return false;
}

/* Also semicolon and tab, at which spreadsheets of some countries cut an unquoted field in two. */
static bool needs_quotes(struct span value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] && strchr(",;\"\r\n\t", value.at[i]))
            return true;
    return false;
}

void text_add_csv(struct text *t, struct span value)
{
    bool quoted = needs_quotes(value);
    text_add(t, span_of(quoted ? "\"" : ""));
    if (looks_like_formula(value))
        text_add(t, span_of("'"));
    while (value.len) {
        const char *quote = memchr(value.at, '"', value.len);
        size_t len = quote ? (size_t)(quote - value.at) + 1 : value.len;
        text_add(t, (struct span){ value.at, len });
        if (quote)
            text_add(t, span_of("\""));
        value = (struct span){ value.at + len, value.len - len };
    }
    text_add(t, span_of(quoted ? "\"" : ""));
}

/* Controls, C1, line separators, and what turns the direction of the text around it. */
static bool harms_terminal(unsigned c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069) || c == 0x061c || c == 0x200e || c == 0x200f;
}

size_t text_add_terminal(struct text *t, struct span value, size_t columns)
{
    size_t used = 0, start = t->len;
    size_t cut_len = start,
           cut_used = 0; /* the longest part that leaves a column for the ellipsis */

    while (value.len) {
        unsigned code_point;
        struct span character = take_character(&value, &code_point);
        if (harms_terminal(code_point)) {
            character = span_of(REPLACEMENT);
            code_point = 0xfffd;
        }
        used += columns_of(code_point);
        if (columns && used > columns) {
            cut_at(t, cut_len);
            text_add(t, span_of(ELLIPSIS));
            return cut_used + 1;
        }
        text_add(t, character);
        if (used < columns) {
            cut_len = t->len;
            cut_used = used;
        }
    }
    return used;
}

void text_add_ascii(struct text *t, struct span value)
{
    while (value.len) {
        unsigned code_point;
        struct span character = take_character(&value, &code_point);
        if (code_point < 0x80)
            text_add(t, character);
        else if (span_is(character, ELLIPSIS))
            text_add(t, span_of("..."));
        else if (code_point == 0xfffd)
            text_add(t, span_of("?"));
        else
            text_addf(t, "\\u{%x}", code_point);
    }
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c && strchr("-_~", c));
}

void text_add_percent(struct text *out, struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (is_unreserved(s.at[i]))
            text_add(out, (struct span){ s.at + i, 1 });
        else
            text_addf(out, "%%%02X", (unsigned)(unsigned char)s.at[i]);
    }
}
