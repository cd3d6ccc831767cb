/* Quotes and brackets alone: what is between them is passed over. */
#include "base/json_outline.h"

#include "base/json_bytes.h"

/* Moves behind the closing quote of a string; NULL: it is cut off. */
static const char *skip_string(const char *at, const char *end)
{
    while ((at = json_skip_plain(at, end)) < end) {
        if (*at == '"')
            return at + 1;
        at += *at == '\\' ? 2 : 1;
    }
    return NULL;
}

static const char *skip_white(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* The first byte of a member's value, when its name was just passed; NULL: it was a value. */
static const char *value_of(const char *at, const char *end)
{
    at = skip_white(at, end);
    return at < end && *at == ':' ? skip_white(at + 1, end) : NULL;
}

/* Notes the value of the member; false: it has to be read. */
static bool note_value(const char *at, const char *end, struct json_outline *ret)
{
    if (ret->from || at == end || *at != '"')
        return false;
    ret->from = at;
    at = json_skip_plain(at + 1, end);
    ret->to = at + 1;
    return at < end && *at == '"';
}

bool json_outline(struct span bytes, const char *name, struct json_outline *ret)
{
    const char *at = bytes.at, *end = at + bytes.len;
    size_t name_len = name ? strlen(name) : 0;
    unsigned depth = 0;
    *ret = (struct json_outline){ 0 };
    while (at < end) {
        char c = *at++;
        if (c == '"') {
            const char *text = at, *value;
            if (!(at = skip_string(at, end)))
                return false;
            if (depth != 1 || !name || (size_t)(at - text) != name_len + 1
                || memcmp(text, name, name_len) != 0 || !(value = value_of(at, end)))
                continue;
            if (!note_value(value, end, ret))
                return false;
            at = ret->to;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            ret->end = at;
            return true;
        }
    }
    return false;
}
