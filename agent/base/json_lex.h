/* The inside of JSON strings, numbers and literals (RFC 8259), byte by byte, wherever the bytes are
 * cut.
 *
 * A flaw never stops it: the string or scalar ends where it would have ended. */
#pragma once

#include <stdbool.h>

#include "base/span.h"

/* Where within a string or a scalar the walk stands. */
enum lexeme {
    LEX_PLAIN,  /* in a string, between two characters */
    LEX_ESCAPE, /* after a backslash */
    LEX_HEX,    /* in \uXXXX */
    LEX_LOW,    /* a low surrogate must follow: its backslash */
    LEX_LOW_U,  /* and its u */
    LEX_UTF8,   /* in a character of several bytes */
    LEX_WORD,   /* in true, false or null */
    LEX_MINUS,
    LEX_ZERO,
    LEX_INTEGER,
    LEX_POINT,
    LEX_FRACTION,
    LEX_E,
    LEX_E_SIGN,
    LEX_EXPONENT, /* in a number */
    LEX_WRONG,    /* in a scalar that is flawed */
};

/* Starts as { 0 }. */
struct json_lex {
    const char *flaw;        /* the first one since its owner set it to NULL, static */
    const char *behind_flaw; /* the byte behind it */

    enum lexeme lexeme;           /* this and the rest is private */
    unsigned digits, code;        /* LEX_HEX: those still to come, and what they say so far */
    bool low;                     /* LEX_HEX: must be a low surrogate */
    unsigned char left, from, to; /* LEX_UTF8: bytes still to come, and the range of the next one */
    const char *word;             /* LEX_WORD: what is still to come */
};

void lex_begin_string(struct json_lex *l); /* its opening quote was read */
/* Moves `at` behind the closing quote; false: to the end of input, and the string goes on. */
bool lex_string(struct json_lex *l, const char **at, const char *end);

/* Whether a byte can belong to a number, true, false or null. */
static inline bool lex_is_scalar_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'
        || c == '+' || c == '.';
}

void lex_begin_scalar(struct json_lex *l, char first);
/* Moves `at` to the byte that ends it; false: to the end of input. */
bool lex_scalar(struct json_lex *l, const char **at, const char *end);
bool lex_scalar_is_whole(const struct json_lex *l); /* and without a flaw */
