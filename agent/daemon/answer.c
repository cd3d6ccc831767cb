/* Status and words of a refusal; the body is looked at for a key before it is cut. */
#include "daemon/answer.h"

#include <stdio.h>

#include "core/calendar.h"
#include "provider/refusal.h"

void answer_hide_key(char *text, const char *key)
{
    size_t len = strlen(key);
    for (char *at = len ? strstr(text, key) : NULL; at; at = strstr(at, key))
        memset(at, '*', len);
}

bool answer_refused(const struct account_settings *s, int status, struct text *body,
                    struct fault *why)
{
    char words[256];
    if (body->len)
        answer_hide_key(body->at, s->key);
    if (status >= 300 && status < 400)
        return fault(why, FAULT_REJECT,
                     "HTTP %d: the API answered with a redirect, which Ebb does not follow",
                     status);
    if (body->len
        && refusal_text(provider_of(s), (struct span){ body->at, body->len }, words, sizeof words))
        return fault(why, FAULT_RETRY, "HTTP %d: %s", status, words);
    return fault(why, FAULT_RETRY, "HTTP %d", status);
}

void answer_note_wait(struct fault *why, int64_t retry_after_s, unix_s now)
{
    char until[TIME_TEXT_BYTES];
    size_t len = strlen(why->text);
    if (retry_after_s <= HOUR_S)
        return;
    snprintf(why->text + len, sizeof why->text - len, "; the API asks clients to wait until %s%s",
             calendar_format(now + retry_after_s, until),
             retry_after_s > SCHEDULE_RETRY_AFTER_MAX_S ? "; retrying in 24h" : "");
}

enum poll_result answer_result(int status)
{
    if (status == 401 || status == 403)
        return POLL_UNAUTHORIZED;
    if (status == 429)
        return POLL_BUSY;
    return status >= 500 ? POLL_UNAVAILABLE : POLL_BROKEN;
}
