/* Time goes where the bytes are: inside strings, whose plain runs are passed over as a whole. */
#include "base/json_lex.h"

#include <string.h>

#include "base/escape.h"
#include "base/json_bytes.h"

static void note_flaw(struct json_lex *l, const char *what)
{
    if (!l->flaw)
        l->flaw = what;
}

/* ---- strings ---- */

/* How a character of several bytes begins: how many follow, and what the next one may be (RFC
 * 3629). */
static bool begin_character(struct json_lex *l, unsigned char c)
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
            l->lexeme = LEX_UTF8;
            l->left = leads[i].left;
            l->from = leads[i].from;
            l->to = leads[i].to;
            return true;
        }
    return false;
}

#define FLAW_UTF8 "invalid UTF-8"
#define FLAW_ESCAPE "an invalid escape sequence"
#define FLAW_SURROGATE "an unpaired surrogate"

/* A byte at the start of a character; true when it closes the string. */
static bool take_first(struct json_lex *l, unsigned char c)
{
    l->lexeme = LEX_PLAIN;
    if (c == '\\')
        l->lexeme = LEX_ESCAPE;
    else if (c < 0x20)
        note_flaw(l, "an unescaped control character in a string");
    else if (c >= 0x80 && !begin_character(l, c))
        note_flaw(l, FLAW_UTF8);
    return c == '"';
}

static void take_escaped(struct json_lex *l, unsigned char c, bool low)
{
    if (!c || !strchr("\"\\/bfnrtu", c))
        note_flaw(l, FLAW_ESCAPE);
    l->lexeme = c == 'u' ? LEX_HEX : LEX_PLAIN;
    l->low = low;
    l->digits = 4;
    l->code = 0;
}

/* The last digit of \uXXXX was read. */
static void end_unit(struct json_lex *l)
{
    bool is_low = l->code >= 0xdc00 && l->code <= 0xdfff,
         is_high = l->code >= 0xd800 && l->code <= 0xdbff;
    if (is_low != l->low)
        note_flaw(l, FLAW_SURROGATE);
    l->lexeme = is_high ? LEX_LOW : LEX_PLAIN;
}

static bool take_hex(struct json_lex *l, unsigned char c)
{
    int digit = escape_hex((char)c);
    if (digit < 0) {
        note_flaw(l, FLAW_ESCAPE);
        return take_first(l, c);
    }
    l->code = l->code * 16 + (unsigned)digit;
    if (!--l->digits)
        end_unit(l);
    return false;
}

static bool take_later(struct json_lex *l, unsigned char c)
{
    if (c < l->from || c > l->to) {
        note_flaw(l, FLAW_UTF8);
        return take_first(l, c);
    }
    l->from = 0x80;
    l->to = 0xbf;
    if (!--l->left)
        l->lexeme = LEX_PLAIN;
    return false;
}

/* One byte of a string; true when it closes it. After a flaw the byte is read as the start of a
 * character. */
static bool take_byte(struct json_lex *l, unsigned char c)
{
    switch (l->lexeme) {
    case LEX_ESCAPE:
        take_escaped(l, c, false);
        return false;
    case LEX_HEX:
        return take_hex(l, c);
    case LEX_LOW:
        if (c != '\\') {
            note_flaw(l, FLAW_SURROGATE);
            return take_first(l, c);
        }
        l->lexeme = LEX_LOW_U;
        return false;
    case LEX_LOW_U:
        if (c != 'u')
            note_flaw(l, FLAW_SURROGATE);
        take_escaped(l, c, true);
        return false;
    case LEX_UTF8:
        return take_later(l, c);
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
    return take_first(l, c);
}

void lex_begin_string(struct json_lex *l)
{
    l->lexeme = LEX_PLAIN;
}

bool lex_string(struct json_lex *l, const char **ret_at, const char *end)
{
    const char *at = *ret_at;
    bool closed = false;
    while (at < end && !closed) {
        if (l->lexeme == LEX_PLAIN)
            at = json_skip_plain(at, end);
        if (at == end)
            break;
        bool was_flawed = l->flaw != NULL;
        closed = take_byte(l, (unsigned char)*at++);
        if (l->flaw && !was_flawed)
            l->behind_flaw = at;
    }
    *ret_at = at;
    return closed;
}

/* ---- numbers and literals ---- */

bool lex_scalar_is_whole(const struct json_lex *l)
{
    switch (l->lexeme) {
    case LEX_ZERO:
    case LEX_INTEGER:
    case LEX_FRACTION:
    case LEX_EXPONENT:
        return true;
    case LEX_WORD:
        return !*l->word;
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

static enum lexeme first_of_scalar(struct json_lex *l, char c)
{
    static const char *const words[] = { "true", "false", "null" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (c == words[i][0]) {
            l->word = words[i] + 1;
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

static enum lexeme next_of_scalar(struct json_lex *l, char c)
{
    if (l->lexeme != LEX_WORD)
        return next_of_number(l->lexeme, c);
    return *l->word && *l->word++ == c ? LEX_WORD : LEX_WRONG;
}

void lex_begin_scalar(struct json_lex *l, char first)
{
    l->lexeme = first_of_scalar(l, first);
}

bool lex_scalar(struct json_lex *l, const char **ret_at, const char *end)
{
    const char *at = *ret_at;
    for (; at < end && lex_is_scalar_byte(*at); at++)
        l->lexeme = next_of_scalar(l, *at);
    *ret_at = at;
    return at < end;
}
