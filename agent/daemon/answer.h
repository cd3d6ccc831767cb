/* What an answer of the API that is no success means, for people; used by polls and by commands
 * alike. */
#pragma once

#include "base/text.h"
#include "core/schedule.h"
#include "edge/config.h"

enum { ANSWER_ERROR_BYTES = 4096 }; /* of such an answer: enough for a reason */

/* Puts the status and what the body says into `why`; returns false. The body is changed: a key that
 * it quotes is hidden while it is whole. FAULT_RETRY, or FAULT_REJECT for a redirect. */
bool answer_refused(const struct account_settings *s, int status, struct text *body,
                    struct fault *why);

/* What kind of failure a status other than 200 is. */
enum poll_result answer_result(int status);

/* Adds to `why` a wait that the server asks for, when it is longer than people would expect, and
 * what comes of it. */
void answer_note_wait(struct fault *why, int64_t retry_after_s, unix_s now);

/* A server may quote the key that it refused. */
void answer_hide_key(char *text, const char *key);
