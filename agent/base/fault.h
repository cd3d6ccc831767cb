/* What went wrong, and what the caller must do about it.
 *
 * A function that can fail returns bool, takes `struct fault *why` last and leaves its results
 * untouched on failure. `fault()` always returns false, so failing is one line. A function logs or
 * returns a fault, never both. No text ever holds a secret. */
#pragma once

#include <stdbool.h>

enum fault_kind {
    FAULT_RETRY,  /* network, busy, disk full: the same call may succeed later */
    FAULT_REJECT, /* bad data: skip it and count it */
    FAULT_FATAL,  /* this process cannot do its work: stop */
};

enum { FAULT_TEXT_BYTES = 512 };

struct fault {
    enum fault_kind kind;
    char text[FAULT_TEXT_BYTES]; /* names the object and what to do; no trailing stop or newline */
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* Fills `why` from a printf format and returns false. Control characters become '?'. */
bool fault(struct fault *why, enum fault_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "CONTEXT: " in front of what `why` already says; returns false. */
bool fault_within(struct fault *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
