/* RFC 9110 section 12.5.1, as far as two formats need it: which of them the client likes better.
 * Without a wish, or with one that cannot be read, it is the older, which everything reads. */
#include <string.h>
#include <strings.h>

#include "view/metrics.h"

enum { Q_MOST = 1000 }; /* weights have three decimals */

static struct span trimmed(struct span s)
{
    while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = (struct span){ s.at + 1, s.len - 1 };
    while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Cuts off what is before the first `separator`, or all of it. */
static struct span cut(struct span *rest, char separator)
{
    const char *end = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
    struct span head = { rest->at, end ? (size_t)(end - rest->at) : rest->len };
    size_t used = end ? head.len + 1 : head.len;
    *rest = (struct span){ rest->at + used, rest->len - used };
    return trimmed(head);
}

static bool is(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

/* "0.75" -> 750; what is no weight is 0, so that it is not taken. */
static int weight(struct span s)
{
    int q = 0, unit = Q_MOST;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '.' && i == 1)
            continue;
        if (s.at[i] < '0' || s.at[i] > '9' || unit == 0)
            return 0;
        q += unit * (s.at[i] - '0');
        unit /= 10;
    }
    return q < Q_MOST ? q : Q_MOST;
}

/* A media range, with the weight its client gives it; 0 when it asks for another version. */
static int weight_of(struct span parameters, const char *version)
{
    int q = Q_MOST;
    while (parameters.len) {
        struct span value = cut(&parameters, ';'), name = cut(&value, '=');
        value = trimmed(value);
        if (value.len >= 2 && value.at[0] == '"')
            value = (struct span){ value.at + 1, value.len - 2 };
        if (is(name, "q"))
            q = weight(value);
        else if (is(name, "version") && !is(value, version))
            return 0;
    }
    return q;
}

static void keep_most(int *most, int q)
{
    *most = q > *most ? q : *most;
}

enum metrics_format metrics_format_accepted(const char *accept)
{
    struct span rest = accept ? span_of(accept) : (struct span){ "", 0 };
    int open = 0, text = 0;
    while (rest.len) {
        struct span parameters = cut(&rest, ','), range = cut(&parameters, ';');
        if (is(range, "application/openmetrics-text"))
            keep_most(&open, weight_of(parameters, "1.0.0"));
        else if (is(range, "text/plain"))
            keep_most(&text, weight_of(parameters, "0.0.4"));
    }
    return open > 0 && open >= text ? METRICS_OPENMETRICS : METRICS_TEXT;
}
