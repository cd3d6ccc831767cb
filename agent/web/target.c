/* Split, then decode; a plus is a blank in parameters, as forms write it, and itself in a path. */
#include "web/target.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/xmalloc.h"

/* Decodes one part to `out`, terminated, and moves `out` behind it. A decoded part is never longer
 * than it was. */
static bool decode(struct span part, bool plus_is_blank, char **out)
{
    char *to = *out;
    for (size_t i = 0; i < part.len; i++) {
        char c = part.at[i];
        if ((unsigned char)c < ' ' || c == 0x7f)
            return false;
        if (c == '%') {
            int high = i + 1 < part.len ? escape_hex(part.at[i + 1]) : -1;
            int low = i + 2 < part.len ? escape_hex(part.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if (c == '\0')
            return false;
        *to++ = c;
    }
    *to = '\0';
    struct span decoded = { *out, (size_t)(to - *out) };
    *out = to + 1;
    return utf8_characters(decoded) >= 0;
}

/* Takes what is in front of the next `stop` off the text; false: nothing is left. */
static bool take_part(struct span *text, char stop, struct span *ret)
{
    if (!text->at)
        return false;
    const char *end = memchr(text->at, stop, text->len);
    *ret = (struct span){ text->at, end ? (size_t)(end - text->at) : text->len };
    *text = end ? (struct span){ end + 1, text->len - ret->len - 1 } : (struct span){ NULL, 0 };
    return true;
}

static bool read_path(struct span path, struct target *t, char **out, struct fault *why)
{
    struct span part, rest = { path.at + 1, path.len - 1 };
    t->path = *out;
    if (!decode(path, false, out))
        return fault(why, FAULT_REJECT, "the path is not percent-encoded UTF-8");
    while (take_part(&rest, '/', &part)) {
        if (t->segment_count == ASKED_SEGMENTS_MAX)
            return fault(why, FAULT_REJECT, "the path has too many segments");
        t->segments[t->segment_count++] = *out;
        if (!decode(part, false, out))
            return fault(why, FAULT_REJECT, "the path is not percent-encoded UTF-8");
    }
    return true;
}

static bool read_query(struct span query, struct target *t, char **out, struct fault *why)
{
    struct span part, name;
    while (take_part(&query, '&', &part)) {
        if (part.len == 0)
            continue;
        if (t->parameter_count == ASKED_PARAMETERS_MAX)
            return fault(why, FAULT_REJECT, "too many parameters");
        struct asked_parameter *p = &t->parameters[t->parameter_count++];
        struct span value = part;
        take_part(&value, '=', &name);
        p->name = *out;
        bool valid = decode(name, true, out);
        p->value = *out;
        if (!valid || !decode(value.at ? value : (struct span){ "", 0 }, true, out))
            return fault(why, FAULT_REJECT, "a parameter is not percent-encoded UTF-8");
    }
    return true;
}

bool target_parse(struct span raw, struct target *ret, struct fault *why)
{
    if (raw.len == 0 || *raw.at != '/')
        return fault(why, FAULT_REJECT, "the path does not begin with a slash");
    if (raw.len > TARGET_BYTES_MAX)
        return fault(why, FAULT_REJECT, "the address is longer than %d bytes", TARGET_BYTES_MAX);
    const char *mark = memchr(raw.at, '?', raw.len);
    struct span path = { raw.at, mark ? (size_t)(mark - raw.at) : raw.len };
    struct span query = { mark ? mark + 1 : NULL, mark ? raw.len - path.len - 1 : 0 };

    /* The path twice, once whole and once in segments; each part grows by its end at most. */
    struct target t = { .memory = xmalloc(2 * raw.len + 2 * ASKED_PARAMETERS_MAX
                                          + ASKED_SEGMENTS_MAX + 8) };
    char *out = t.memory;
    if (!read_path(path, &t, &out, why) || !read_query(query, &t, &out, why)) {
        free(t.memory);
        return false;
    }
    *ret = t;
    return true;
}

void target_done(struct target *t)
{
    free(t->memory);
    *t = (struct target){ 0 };
}

bool target_fits(const struct target *t, const char *pattern, const char **ret, size_t *ret_count)
{
    struct span part, rest = span_of(pattern + 1);
    size_t at = 0, count = 0;
    for (; take_part(&rest, '/', &part); at++) {
        bool any = part.len && *part.at == '{';
        if (at == t->segment_count || (!any && !span_is(part, t->segments[at])))
            return false;
        if (any && !*t->segments[at])
            return false;
        if (any)
            ret[count++] = t->segments[at];
    }
    *ret_count = count;
    return at == t->segment_count;
}
