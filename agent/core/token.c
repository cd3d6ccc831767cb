/* Nothing is allocated for an ordinary token beyond its name; one that burns adds half a kilobyte,
 * and another one with time (burn.c, its curve and what is tracked of it). */
#include "core/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

void token_init(struct token *t, const struct identity *is, const char *shown)
{
    *t = (struct token){
        .name = xstrdup(shown),
        .marks = marks_new(is, shown),
        .seen_at = TIME_NONE,
        .last_reset = TIME_NONE,
        .curve_kept = TIME_NONE,
        .absent_since = TIME_NONE,
        .judged.at = TIME_NONE,
    };
    t->last.name = token_identity(t).name;
    t->last.expires = TIME_NONE;
    static const struct burn_rate unknown[BURN_WINDOWS];
    t->forecast = forecast_none();
    t->published = t->stored = gist_of(&t->forecast, unknown);
    burn_init(&t->burn);
    char slug[SLUG_BYTES];
    naming_slug(span_of(shown), slug);
    t->slug = t->name;
    token_name_slug(t, span_of(slug));
}

void token_clone_done(struct token *t)
{
    burn_done(&t->burn);
    free(t->curve);
    free(t->promises);
    free(t->alerts);
    free(t->doubt);
    free(t->deletion);
    free(t->unread);
    free(t->unreadable);
}

void token_names_done(struct token *t)
{
    if (t->slug != t->name)
        free(t->slug);
    free(t->marks);
    free(t->name);
}

void token_done(struct token *t)
{
    token_clone_done(t);
    token_names_done(t);
}

/* Most names make their own topics. */
void token_name_slug(struct token *t, struct span slug)
{
    if (t->slug != t->name)
        free(t->slug);
    t->slug = span_is(slug, t->name) ? t->name : xstrndup(slug.at, slug.len);
}

void token_own_names(struct token *t)
{
    bool same = t->slug == t->name;
    t->name = xstrdup(t->name);
    t->slug = same ? t->name : xstrdup(t->slug);
    t->marks = marks_copy(t->marks);
    t->last.name = token_identity(t).name;
}

void token_identify(struct token *t, const struct identity *is, const char *shown)
{
    char *name = xstrdup(shown);
    struct marks *marks = marks_new(is, name);
    if (t->slug == t->name)
        t->slug = span_is(span_of(name), t->slug) ? name : xstrdup(t->slug);
    free(t->name);
    free(t->marks);
    t->name = name;
    t->marks = marks;
    t->last.name = token_identity(t).name;
}

struct doubt *token_own_doubt(struct token *t)
{
    if (!t->doubt) {
        t->doubt = xcalloc(1, sizeof *t->doubt);
        t->doubt->held.at = TIME_NONE;
    }
    return t->doubt;
}

void token_set_doubt(struct token *t, const struct held *held, const struct leap *leap)
{
    if (held->at != TIME_NONE || leap->poll) {
        *token_own_doubt(t) = (struct doubt){ *held, *leap };
        return;
    }
    free(t->doubt);
    t->doubt = NULL;
}

struct alert *token_own_deletion(struct token *t)
{
    if (!t->deletion)
        t->deletion = xcalloc(1, sizeof *t->deletion);
    return t->deletion;
}

struct alert token_alert(const struct token *t, size_t rule)
{
    return t->alerts ? t->alerts[rule] : (struct alert){ 0 };
}

struct alert *token_own_alert(struct token *t, size_t rules, size_t rule)
{
    if (!t->alerts)
        t->alerts = xcalloc(rules, sizeof *t->alerts);
    return &t->alerts[rule];
}

static void *copy_of(const void *from, size_t bytes)
{
    return from && bytes ? memcpy(xmalloc(bytes), from, bytes) : NULL;
}

void token_clone(const struct token *t, size_t rules, struct token *ret)
{
    *ret = *t;
    burn_clone(&t->burn, &ret->burn);
    ret->curve = copy_of(t->curve, sizeof *t->curve);
    ret->promises = copy_of(t->promises, sizeof *t->promises);
    ret->alerts = copy_of(t->alerts, rules * sizeof *t->alerts);
    ret->doubt = copy_of(t->doubt, sizeof *t->doubt);
    ret->deletion = copy_of(t->deletion, sizeof *t->deletion);
    ret->unread = t->unread ? xstrdup(t->unread) : NULL;
    ret->unreadable = t->unreadable ? xstrdup(t->unreadable) : NULL;
}

void token_see(struct token *t, unix_s at)
{
    t->seen_at = at;
    t->stepped_s = 0;
    if (t->last.budgeted) /* else consumption shows the burn */
        burn_seen(&t->burn, at);
}

struct gist token_gist(const struct token *t, const struct forecast *f)
{
    struct burn_rate burn[BURN_WINDOWS];
    for (int w = 0; w < BURN_WINDOWS; w++)
        burn[w] = burn_over(&t->burn, (enum burn_window)w);
    return gist_of(f, burn);
}

void token_list_unread(struct token *t, const char *why)
{
    t->listed = true;
    if (!t->unread)
        t->unread = xstrdup(why);
}

/* Every reading has a type. */
bool token_was_read(const struct token *t)
{
    return t->last.type[0];
}

bool token_settle_unread(struct token *t)
{
    bool same =
        !t->unread == !t->unreadable && (!t->unread || strcmp(t->unread, t->unreadable) == 0);
    if (!t->listed || same)
        return false;
    free(t->unreadable);
    t->unreadable = t->unread;
    t->unread = NULL;
    return true;
}
