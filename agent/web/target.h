/* A request's target, "/token/main/a%2Fb?since=7d", taken apart: first split, then decoded, so that
 * no byte of a name can end its segment.
 *
 * Pure, and the only reader of what clients send that is our own. */
#pragma once

#include "web/route.h"

enum { TARGET_BYTES_MAX = 8 << 10 };

struct target {
    char *memory; /* owned; what follows points into it */
    char *path;   /* decoded */
    const char *segments[ASKED_SEGMENTS_MAX];
    size_t segment_count;
    struct asked_parameter parameters[ASKED_PARAMETERS_MAX];
    size_t parameter_count;
};

/* FAULT_REJECT: too long, too many parts, a broken escape, not UTF-8, a NUL, or a
 * control character as it is: encoded, it may be part of a name. */
MUST_CHECK bool target_parse(struct span raw, struct target *ret, struct fault *why);
void target_done(struct target *t);

/* Whether the segments fit "/token/{account}/{token}"; those that stand for {} go to `ret`. */
bool target_fits(const struct target *t, const char *pattern, const char **ret, size_t *ret_count);
