/* What the routes under /api/v1/ share: strict parameters, and answers with an ETag.
 *
 * A body is what the command of that name prints with --json, written by the same view.
 * docs/openapi.yaml describes it; a test compares real answers with it. */
#pragma once

#include <stdint.h>

#include "core/option.h"
#include "web/route.h"

enum { API_OPTIONS_MAX = 16 };

#define API_ROW_LIMIT(most_)                                                                       \
    {                                                                                              \
        .name = "limit", .type = OPTION_COUNT, .min = 1, .max = (most_), .help = "so many at most" \
    }
#define API_ROW_CURSOR                                                                             \
    {                                                                                              \
        .name = "cursor", .type = OPTION_TEXT, .value = "TEXT",                                    \
        .help = "from where the answer before ended"                                               \
    }

/* The parameters by their rows, and what they are when they are not given. False: refused, with
 * what to do; the route is done. */
bool api_options(const struct asked *q, struct answer *a, const struct option_row *rows,
                 size_t count, struct option_value *ret);

/* The same for a path without parameters. */
bool api_no_options(const struct asked *q, struct answer *a);

/* How their values are read, also by whoever checks further. */
struct option_reading api_reading(const struct asked *q);

/* Whether there is such an account; NULL: yes. Refused when not: *ret false. */
MUST_CHECK bool api_account(const struct asked *q, struct answer *a, const char *account, bool *ret,
                            struct fault *why);

/* Whether the account has or had a token of this name ("": credits). Refused when not: *ret false.
 */
MUST_CHECK bool api_token(const struct asked *q, struct answer *a, const char *account,
                          const char *token, bool *ret, struct fault *why);

/* Refuses with the words of `why`, if its kind says that the question was wrong: then true, as a
 * route returns. */
bool api_refuse(struct answer *a, int status, const struct fault *why);

/* The body is whole and JSON: its type and its ETag. */
void api_finish(struct answer *a);

/* The same in slices, of a body of megabytes. Starts as { 0 }; false: done. */
struct api_etag {
    uint64_t state; /* of the hash of the first `hashed` bytes */
    size_t hashed;
};
bool api_finish_step(struct answer *a, struct api_etag *e);

/* The same question with another cursor, as the next page of a list at `path`. */
void api_link_next(const struct asked *q, struct answer *a, const char *path, const char *cursor);
