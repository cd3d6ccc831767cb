/* Reading header lines by RFC 9110: names without case, values trimmed. */
#include "edge/fetch/headers.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/calendar.h"

static bool begins(struct span s, const char *prefix)
{
    size_t len = strlen(prefix);
    return s.len >= len && strncasecmp(s.at, prefix, len) == 0;
}

static bool ends(struct span s, const char *suffix)
{
    size_t len = strlen(suffix);
    return s.len >= len && strncasecmp(s.at + s.len - len, suffix, len) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span value_after(struct span line, const char *name)
{
    struct span value = { line.at + strlen(name), line.len - strlen(name) };
    while (value.len && is_blank(value.at[0]))
        value.at++, value.len--;
    while (value.len && is_blank(value.at[value.len - 1]))
        value.len--;
    return value;
}

/* "application/json; charset=utf-8" and "application/problem+json", but not "application/json-seq".
 */
static bool is_json(struct span type)
{
    size_t len = 0;
    while (len < type.len && type.at[len] != ';' && !is_blank(type.at[len]))
        len++;
    type.len = len;
    return (begins(type, "application/json") && len == strlen("application/json"))
        || ends(type, "+json");
}

bool headers_take(struct answer_headers *h, struct span line)
{
    static const char retry_after[] = "retry-after:", content_type[] = "content-type:";
    h->bytes += line.len;
    if (begins(line, "HTTP/")) { /* what came before belonged to an interim answer */
        h->json = false;
        h->retry_after[0] = '\0';
    } else if (begins(line, retry_after)) {
        struct span value = value_after(line, retry_after);
        snprintf(h->retry_after, sizeof h->retry_after, "%.*s", (int)value.len, value.at);
    } else if (begins(line, content_type))
        h->json = is_json(value_after(line, content_type));
    return h->bytes <= HEADERS_BYTES_MAX;
}

int64_t headers_retry_after_s(const struct answer_headers *h, unix_s now)
{
    size_t digits = strspn(h->retry_after, "0123456789");
    if (digits > 0 && h->retry_after[digits] == '\0')
        return digits < 10 ? strtoll(h->retry_after, NULL, 10) : INT32_MAX;
    unix_s date;
    struct fault unreadable;
    return calendar_parse_http(span_of(h->retry_after), &date, &unreadable) && date > now
        ? date - now
        : 0;
}
