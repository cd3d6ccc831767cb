/* A short list that is searched by name: there are about as many conditions as things that are
 * broken at a time. */
#include "base/condition.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xmalloc.h"

enum { REMINDER_MS = HOUR_S * 1000 };

struct condition {
    const struct condition_kind *kind;
    char *subject, *text; /* owned */
    int state;
    mono_ms since, logged;
};

static struct condition *find(struct conditions *c, const struct condition_kind *kind,
                              const char *subject)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->at[i].kind->name, kind->name) == 0 && strcmp(c->at[i].subject, subject) == 0)
            return &c->at[i];
    return NULL;
}

static void free_one(struct condition *one)
{
    free(one->subject);
    free(one->text);
}

static const char *lasted(const struct condition *one, mono_ms now, char out[DURATION_TEXT_BYTES])
{
    return duration_format((now - one->since) / 1000, out);
}

static void end(struct conditions *c, struct condition *one, mono_ms now)
{
    char time[DURATION_TEXT_BYTES];
    log_notice("%s: %s after %s", one->subject, one->kind->over, lasted(one, now, time));
    free_one(one);
    *one = c->at[--c->count];
}

static struct condition *begin(struct conditions *c, const struct condition_kind *kind,
                               const char *subject, mono_ms now)
{
    c->at = xrealloc(c->at, c->count + 1, sizeof *c->at);
    c->at[c->count] = (struct condition){ .kind = kind, .subject = xstrdup(subject), .since = now };
    return &c->at[c->count++];
}

static void take(struct condition *one, const struct condition_now *is, mono_ms now)
{
    free(one->text);
    one->text = xstrdup(is->text);
    if (one->state == is->state)
        return;
    one->state = is->state;
    one->logged = now;
    log_line(one->kind->level, "%s: %s", one->subject, one->text);
}

void conditions_feed(struct conditions *c, const struct condition_kind *kind,
                     const struct condition_now *is, mono_ms now)
{
    struct condition *one = find(c, kind, is->subject);
    if (is->state)
        take(one ? one : begin(c, kind, is->subject, now), is, now);
    else if (one)
        end(c, one, now);
}

void conditions_turn(struct conditions *c, mono_ms now)
{
    char time[DURATION_TEXT_BYTES];
    for (size_t i = 0; i < c->count; i++) {
        struct condition *one = &c->at[i];
        if (now - one->logged < REMINDER_MS)
            continue;
        one->logged = now;
        log_line(one->kind->level, "%s: ongoing for %s: %s", one->subject, lasted(one, now, time),
                 one->text);
    }
}

void conditions_done(struct conditions *c)
{
    for (size_t i = 0; i < c->count; i++)
        free_one(&c->at[i]);
    free(c->at);
    *c = (struct conditions){ 0 };
}
