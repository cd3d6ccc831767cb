/* Shell globs over names.
 *
 * Only the last '*' is ever gone back to: whatever an earlier one could still match, the last one
 * can too. So the steps are bounded by name x pattern, and no pattern of a configuration can stall
 * a poll. */
#include "base/text.h"
#include "core/naming.h"

/* One character, or one byte where the text is no UTF-8; such a byte equals no character. */
static unsigned take_character(struct span *text)
{
    unsigned c;
    size_t len = utf8_step(*text, &c);
    if (!len) {
        c = 0x110000u + (unsigned char)*text->at;
        len = 1;
    }
    *text = (struct span){ text->at + len, text->len - len };
    return c;
}

static unsigned take_class_member(struct span *pattern)
{
    if (pattern->at[0] == '\\' && pattern->len > 1)
        *pattern = (struct span){ pattern->at + 1, pattern->len - 1 };
    return take_character(pattern);
}

static bool take_if(struct span *pattern, char c)
{
    if (!pattern->len || *pattern->at != c)
        return false;
    *pattern = (struct span){ pattern->at + 1, pattern->len - 1 };
    return true;
}

/* Matches `c` against the class whose '[' was just taken. False when it has no end; then nothing is
 * taken. */
static bool take_class(struct span *pattern, unsigned c, bool *ret_matches)
{
    if (!pattern->len || !memchr(pattern->at, ']', pattern->len))
        return false; /* the common way of having no end, found out cheaply */
    struct span rest = *pattern;
    bool negated = take_if(&rest, '!');
    bool found = false;

    for (bool first = true; first || !rest.len || *rest.at != ']'; first = false) {
        if (!rest.len)
            return false;
        unsigned low = take_class_member(&rest), high = low;
        if (rest.len > 1 && rest.at[0] == '-' && rest.at[1] != ']') {
            take_if(&rest, '-');
            high = take_class_member(&rest);
        }
        found = found || (c >= low && c <= high);
    }
    take_if(&rest, ']');
    *pattern = rest;
    *ret_matches = found != negated;
    return true;
}

/* Takes one item (not a '*') off the pattern and says whether it matches `c`. */
static bool take_item(struct span *pattern, unsigned c)
{
    bool matches;
    if (take_if(pattern, '?'))
        return true;
    if (take_if(pattern, '['))
        return take_class(pattern, c, &matches) ? matches : c == '[';
    return take_class_member(pattern) == c;
}

bool naming_matches(const char *pattern, struct span name)
{
    struct span p = span_of(pattern), n = name;
    struct span after_star = p, retry = n;
    bool starred = false;

    while (n.len || p.len) {
        if (take_if(&p, '*')) {
            starred = true;
            after_star = p;
            retry = n;
            continue;
        }
        if (n.len && p.len && take_item(&p, take_character(&n)))
            continue;
        if (!starred || !retry.len)
            return false;
        take_character(&retry); /* the star takes one character more */
        n = retry;
        p = after_star;
    }
    return true;
}
