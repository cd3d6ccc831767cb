/* Only lists that are believed count; only time makes a token that is missing a deleted one. */
#include "core/presence.h"

#include <stdlib.h>

void presence_begin(struct token_set *f)
{
    for (size_t i = 0; i < f->count; i++) {
        f->tokens[i].listed = false;
        free(f->tokens[i].unread);
        f->tokens[i].unread = NULL;
    }
}

static bool is_absent(const struct token *t)
{
    return t->absent_since != TIME_NONE;
}

struct presence_loss presence_loss_of(const struct token_set *f)
{
    size_t known = 0, lost = 0, absent = 0;
    for (size_t i = 0; i < f->count; i++) {
        known += f->tokens[i].missing == 0;
        lost += f->tokens[i].missing == 0 && !f->tokens[i].listed;
        absent += !f->tokens[i].listed;
    }
    struct presence_loss loss = { .suspicious = lost * 2 > known };
    loss.mass = loss.suspicious || absent * 2 > f->count;
    loss.run = loss.suspicious ? f->suspicious + 1 : 0;
    loss.plausible = !loss.suspicious || loss.run >= PRESENCE_PATIENCE;
    loss.run = loss.plausible ? 0 : loss.run;
    return loss;
}

static void note_presence(struct token *t)
{
    t->absent_since = TIME_NONE;
    t->lost_in_mass = false;
    t->unbooked = 0;
}

/* A list that is no suspicious one refutes those before it. A clock that was set back starts the
 * time again. */
static void note_absence(struct token *t, const struct presence_loss *loss, unix_s now)
{
    bool refuted = !loss->suspicious && t->missing == 0;
    if (!is_absent(t) || refuted || t->absent_since > now)
        t->absent_since = now;
    t->lost_in_mass = (t->lost_in_mass && !refuted) || loss->mass;
    t->unbooked = (loss->suspicious ? t->unbooked : 0) + 1;
}

void presence_note(struct token *t, const struct presence_loss *loss, unix_s now)
{
    if (t->listed)
        note_presence(t);
    else
        note_absence(t, loss, now);
}

bool presence_book(struct token *t)
{
    int before = t->missing;
    t->missing = t->listed ? 0 : t->missing + t->unbooked;
    t->missing = t->missing < PRESENCE_PATIENCE
        ? t->missing
        : PRESENCE_PATIENCE; /* from there on only time counts */
    t->unbooked = 0;
    return t->missing != before;
}

int64_t presence_patience_s(const struct token *t)
{
    return t->lost_in_mass ? PRESENCE_MASS_ABSENCE_S : PRESENCE_ABSENCE_S;
}

bool presence_is_gone(const struct token *t, unix_s now)
{
    return t->missing >= PRESENCE_PATIENCE && is_absent(t)
        && now - t->absent_since >= presence_patience_s(t);
}

unix_s presence_lost_since(const struct token_set *f, size_t *ret_lost)
{
    unix_s since = TIME_NONE;
    size_t lost = 0;
    for (size_t i = 0; i < f->count; i++) {
        const struct token *t = &f->tokens[i];
        if (!is_absent(t) || !t->lost_in_mass)
            continue;
        lost++;
        since = since == TIME_NONE || t->absent_since < since ? t->absent_since : since;
    }
    *ret_lost = lost;
    return since;
}
