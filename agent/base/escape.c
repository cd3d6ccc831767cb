/* A key may hide behind escapes: "tok\u0065n" is "token" to every decoder, so it must be to us. */
#include "base/escape.h"

enum { NO_CHARACTER = -1 };

int escape_hex(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : NO_CHARACTER;
}

/* The four digits after \u. */
static int take_hex(struct span *rest)
{
    int value = 0;
    if (rest->len < 4)
        return NO_CHARACTER;
    for (int i = 0; i < 4; i++) {
        int digit = escape_hex(rest->at[i]);
        if (digit < 0)
            return NO_CHARACTER;
        value = value * 16 + digit;
    }
    *rest = (struct span){ rest->at + 4, rest->len - 4 };
    return value;
}

static char take_byte(struct span *rest)
{
    char c = *rest->at;
    *rest = (struct span){ rest->at + 1, rest->len - 1 };
    return c;
}

static int take_escaped(struct span *rest)
{
    if (!rest->len)
        return NO_CHARACTER;
    char c = take_byte(rest);
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        return take_hex(rest);
    default:
        return NO_CHARACTER;
    }
}

/* One byte, or one UTF-16 unit when it was written as \uXXXX. */
static int take_unit(struct span *rest)
{
    unsigned char c = (unsigned char)take_byte(rest);
    return c == '\\' ? take_escaped(rest) : c;
}

bool escape_is(struct span written, const char *name)
{
    for (; *name && written.len; name++)
        if (take_unit(&written) != (unsigned char)*name)
            return false;
    return !*name && !written.len;
}

bool escape_read_url(struct span written, char *out, size_t *ret_len)
{
    size_t len = 0;
    while (written.len) {
        int unit = take_unit(&written);
        if (unit <= ' ' || unit >= 0x7f || unit == '\\')
            return false;
        out[len++] = (char)unit; /* never ahead of what was read */
    }
    *ret_len = len;
    return true;
}
