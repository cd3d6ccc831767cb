/* Any bytes as what clients send and we read ourselves: a target, a host name, a list of tags. No
 * crash, and what was accepted is text that keeps the contract. Seeds: tests/golden/request-*.txt,
 * a target, a host and a list in a line each. */
#include <stdint.h>
#include <stdlib.h>

#include "base/own.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "edge/serve/hosts.h"
#include "web/etag.h"
#include "web/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise)
        abort();
}

static void require_text(const char *part)
{
    require(utf8_characters(span_of(part)) >= 0);
}

static void check_target(struct span raw)
{
    static const char *const patterns[] = { "/", "/{a}", "/{a}/{b}", "/a/{b}", "/{a}/b/{c}" };
    struct target t;
    struct fault why;
    const char *found[ASKED_SEGMENTS_MAX];
    size_t count;
    if (!target_parse(raw, &t, &why)) {
        require(why.kind == FAULT_REJECT && why.text[0]);
        return;
    }
    require_text(t.path);
    for (size_t i = 0; i < t.segment_count; i++)
        require_text(t.segments[i]);
    for (size_t i = 0; i < t.parameter_count; i++) {
        require_text(t.parameters[i].name);
        require_text(t.parameters[i].value);
    }
    for (size_t i = 0; i < COUNT(patterns); i++)
        if (target_fits(&t, patterns[i], found, &count))
            require(count <= t.segment_count);
    target_done(&t);
}

/* One line of the input, terminated. */
static char *take_line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size ? memchr(*data, '\n', *size) : NULL;
    size_t len = end ? (size_t)(end - *data) : *size;
    char *line = xstrndup((const char *)*data, len);
    *data += len + (end ? 1 : 0);
    *size -= len + (end ? 1 : 0);
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t none;
    data = size ? data : &none;
    check_target((struct span){ (const char *)data, size });
    own_free char *target = take_line(&data, &size);
    own_free char *host = take_line(&data, &size);
    own_free char *tags = take_line(&data, &size);
    check_target(span_of(target));
    bool ours = host_is_ours(host, NULL);
    require(!ours || host_is_ours(host, "a, b"));
    require(!etag_is_listed(tags, ""));
    if (etag_is_listed(tags, "\"x-1\""))
        require(strcmp(tags, "*") == 0 || strstr(tags, "\"x-1\""));
    return 0;
}
