/* Values that are texts, and lists of them; strict: nothing before or after a value. */
#include "edge/config/value_parse.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/endpoint.h"
#include "base/xmalloc.h"
#include "edge/config/url.h"

_Static_assert(ACCOUNT_NAME_BYTES == (int)RULE_NAME_BYTES, "one type of value serves both names");

bool value_wanted(const struct place *p, struct fault *why, const char *what)
{
    return fault(why, FAULT_REJECT, "`%s` must be %s", p->row->name, what);
}

static void store_text(const struct place *p, struct span text)
{
    char **field = p->field;
    free(*field);
    *field = xstrndup(text.at, text.len);
}

void value_store_array(const struct place *p, struct span text)
{
    char *field = p->field;
    memcpy(field, text.at, text.len);
    field[text.len] = '\0';
}

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (iscntrl((unsigned char)text.at[i]))
            return true;
    return false;
}

/* Made of letters, digits and the given others. */
bool value_is_made_of(struct span text, const char *others)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.at[i]) && !memchr(others, text.at[i], strlen(others)))
            return false;
    return text.len > 0;
}

static bool fits_text(const struct place *p, struct span text, struct fault *why)
{
    if (text.len == 0)
        return fault(why, FAULT_REJECT, "`%s` is empty", p->row->name);
    if (text.len > (size_t)p->row->max)
        return fault(why, FAULT_REJECT, "`%s` is longer than %" PRId64 " bytes", p->row->name,
                     p->row->max);
    if (has_control(text))
        return fault(why, FAULT_REJECT, "`%s` contains a control character", p->row->name);
    return true;
}

bool value_parse_text(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    store_text(p, text);
    return true;
}

/* "/a/./b//c" is "/a/b/c". What ".." means depends on symbolic links: it stays. */
static void add_tidy_path(struct text *out, struct span path)
{
    while (path.len) {
        const char *slash = memchr(path.at, '/', path.len);
        size_t len = slash ? (size_t)(slash - path.at) : path.len;
        struct span step = { path.at, len };
        if (len && !span_is(step, ".")) {
            text_add(out, span_of("/"));
            text_add(out, step);
        }
        len += slash ? 1 : 0;
        path = (struct span){ path.at + len, path.len - len };
    }
}

bool value_parse_path(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    struct text absolute = { 0 };
    if (text.at[0] != '/') {
        add_tidy_path(&absolute, span_of(p->context->folder));
        add_tidy_path(&absolute, text);
    }
    store_text(p, absolute.len ? span_of(text_z(&absolute)) : text);
    text_done(&absolute);
    return true;
}

static void add_absolute(const struct place *p, struct span path, struct text *out)
{
    if (path.at[0] != '/')
        add_tidy_path(out, span_of(p->context->folder));
    add_tidy_path(out, path);
}

/* Takes one member off a list of texts separated by commas, blanks around it dropped. */
struct span value_take_member(struct span *list)
{
    const char *comma = list->len ? memchr(list->at, ',', list->len) : NULL;
    struct span member = { list->at, comma ? (size_t)(comma - list->at) : list->len };
    size_t taken = member.len + (comma ? 1 : 0);
    *list = (struct span){ list->at + taken, list->len - taken };
    for (; member.len && *member.at == ' '; member.at++)
        member.len--;
    while (member.len && member.at[member.len - 1] == ' ')
        member.len--;
    return member;
}

bool value_parse_paths(const struct place *p, struct span text, struct fault *why)
{
    struct text joined = { 0 };
    bool ok = fits_text(p, text, why);
    for (bool more = ok; more;) {
        more = memchr(text.at, ',', text.len);
        struct span member = value_take_member(&text);
        text_add(&joined, span_of(joined.len ? ", " : ""));
        if (member.len)
            add_absolute(p, member, &joined);
        else
            more = ok = value_wanted(p, why, "paths, separated by commas or as a list");
    }
    if (ok)
        store_text(p, span_of(text_z(&joined)));
    text_done(&joined);
    return ok;
}

bool value_parse_host(const struct place *p, struct span text, struct fault *why)
{
    if (!host_is_valid(text))
        return value_wanted(p, why, "a host name or address, without scheme and port");
    store_text(p, text);
    return true;
}

bool value_parse_url(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    if (!url_check(&text, why)) {
        struct fault inner = *why;
        return fault(why, FAULT_REJECT, "`%s` %s", p->row->name, inner.text);
    }
    store_text(p, text);
    return true;
}

bool value_parse_topic(const struct place *p, struct span text, struct fault *why)
{
    if (!fits_text(p, text, why))
        return false;
    if (memchr(text.at, '+', text.len) || memchr(text.at, '#', text.len))
        return value_wanted(p, why, "a topic without the wildcards + and #");
    if (text.at[0] == '/' || text.at[text.len - 1] == '/' || memmem(text.at, text.len, "//", 2))
        return value_wanted(p, why, "a topic without leading, trailing or double slashes");
    if (text.at[0] == '$')
        return value_wanted(p, why,
                            "a topic without a leading $, which is reserved for the broker");
    store_text(p, text);
    return true;
}

bool value_parse_variable(const struct place *p, struct span text, struct fault *why)
{
    if (text.len > (size_t)p->row->max || !value_is_made_of(text, "_")
        || isdigit((unsigned char)text.at[0]))
        return value_wanted(p, why, "the name of an environment variable, not its value");
    store_text(p, text);
    return true;
}

bool value_parse_credential(const struct place *p, struct span text, struct fault *why)
{
    if (text.len > (size_t)p->row->max || !value_is_made_of(text, "._-") || text.at[0] == '.')
        return value_wanted(p, why, "the name of a systemd credential, not its value");
    store_text(p, text);
    return true;
}

bool value_parse_name(const struct place *p, struct span text, struct fault *why)
{
    if (!value_is_made_of(text, "_-") || text.len >= ACCOUNT_NAME_BYTES)
        return value_wanted(p, why, "1 to 63 letters, digits, - and _ (it becomes part of topics)");
    value_store_array(p, text);
    return true;
}

bool value_parse_pattern(const struct place *p, struct span text, struct fault *why)
{
    if (text.len == 0 || text.len >= PATTERN_BYTES || memchr(text.at, '\0', text.len))
        return value_wanted(p, why, "a pattern of 1 to 255 bytes");
    value_store_array(p, text);
    return true;
}

/* Reads a list of members, each of which `add` checks and writes in its usual form. */
static bool parse_members(const struct place *p, struct span text,
                          bool (*add)(struct span member, struct text *out), const char *what,
                          struct fault *why)
{
    struct text joined = { 0 };
    bool ok = fits_text(p, text, why);
    for (bool more = ok; more;) {
        more = memchr(text.at, ',', text.len);
        struct span member = value_take_member(&text);
        if (joined.len)
            text_add(&joined, span_of(", "));
        if (!add(member, &joined))
            more = ok = value_wanted(p, why, what);
    }
    if (ok)
        store_text(p, span_of(text_z(&joined)));
    text_done(&joined);
    return ok;
}

static bool add_pattern(struct span member, struct text *out)
{
    text_add(out, member);
    return member.len > 0 && member.len < PATTERN_BYTES;
}

bool value_parse_patterns(const struct place *p, struct span text, struct fault *why)
{
    return parse_members(p, text, add_pattern,
                         "patterns of 1 to 255 bytes, separated by commas or as a list", why);
}

static bool add_address(struct span member, struct text *out)
{
    struct endpoint e;
    char words[ENDPOINT_TEXT_BYTES];
    if (!endpoint_parse(member, HTTP_PORT, &e))
        return false;
    text_add(out, span_of(endpoint_format(&e, words)));
    return true;
}

bool value_parse_addresses(const struct place *p, struct span text, struct fault *why)
{
    return parse_members(
        p, text, add_address,
        "numeric addresses with ports, such as 127.0.0.1:5322, [::1]:5322 or 0.0.0.0:5322", why);
}

static bool add_host(struct span member, struct text *out)
{
    text_add(out, member);
    return host_is_valid(member);
}

bool value_parse_hosts(const struct place *p, struct span text, struct fault *why)
{
    return parse_members(p, text, add_host,
                         "host names, without scheme and port, separated by commas or as a list",
                         why);
}
