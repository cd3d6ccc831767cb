/* Those who share a name are shown with something behind it, and with something else where that
 * does not distinguish them, until no two are alike. A table of names, open addressing,
 * finds who does. */
#include "core/shown_name.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/xmalloc.h"

/* For each of some texts whether it is there more than once; the caller's to free. */
static bool *shared_texts(const char *const *texts, size_t count)
{
    size_t room = 16;
    while (room < 2 * count)
        room *= 2;
    uint32_t *first = xcalloc(room, sizeof *first); /* by hash: a place, plus one; 0: free */
    bool *shared = xcalloc(count + 1, sizeof *shared);
    for (size_t i = 0; i < count; i++) {
        size_t at = hash_of(span_of(texts[i])) & (room - 1);
        while (first[at] && strcmp(texts[first[at] - 1], texts[i]) != 0)
            at = (at + 1) & (room - 1);
        if (first[at])
            shared[i] = shared[first[at] - 1] = true;
        else
            first[at] = (uint32_t)(i + 1);
    }
    free(first);
    return shared;
}

/* What is behind a name. The id may be there several times: others may be called just so. */
enum mark { MARK_NONE, MARK_MEMBER, MARK_MASKED, MARK_ID, MARKS = MARK_ID + 5 };

static const char *mark_text(const struct identity *is, enum mark mark)
{
    const char *const texts[] = { "", is->member, is->masked, is->id };
    return texts[mark < MARK_ID ? mark : MARK_ID];
}

/* The next one that is known of it; MARK_NONE: there is none. */
static enum mark next_mark(const struct identity *is, enum mark mark)
{
    while (++mark < MARKS)
        if (mark_text(is, mark)[0])
            return mark;
    return MARK_NONE;
}

static size_t cut(const char *name, size_t bytes)
{
    size_t len = strlen(name);
    while (len > bytes || (len && ((unsigned char)name[len] & 0xC0) == 0x80))
        len--;
    return len;
}

static char *marked_name(const struct identity *is, enum mark mark)
{
    char name[NAME_BYTES_MAX + 1];
    const char *text = mark_text(is, mark);
    int times = mark < MARK_ID ? 1 : 1 + (int)mark - MARK_ID;
    size_t len = cut(is->name, NAME_BYTES_MAX - (size_t)times * (strlen(text) + 3));
    memcpy(name, is->name, len);
    while (times-- > 0)
        len += (size_t)snprintf(name + len, sizeof name - len, " (%s)", text);
    return xstrdup(name);
}

static void mark_next(struct shown *one, const char **text, enum mark *mark)
{
    *mark = next_mark(&one->is, *mark);
    free(one->name);
    one->name = *mark == MARK_NONE ? NULL : marked_name(&one->is, *mark);
    *text = one->name ? one->name : one->is.name;
}

/* At first all who share a name get a mark; then, of those who look alike, all who have one get the
 * next. False: nobody looks like another. */
static bool part(struct shown *all, const char **texts, enum mark *marks, size_t count, bool first)
{
    bool moves = false, *shared = shared_texts(texts, count);
    for (size_t i = 0; i < count; i++) {
        if (!shared[i] || (!first && marks[i] == MARK_NONE))
            continue;
        mark_next(&all[i], &texts[i], &marks[i]);
        moves = true;
    }
    free(shared);
    return moves;
}

void shown_names(struct shown *all, size_t count)
{
    const char **texts = xcalloc(count + 1, sizeof *texts);
    enum mark *marks = xcalloc(count + 1, sizeof *marks);
    for (size_t i = 0; i < count; i++) {
        texts[i] = all[i].is.name;
        all[i].name = NULL;
    }
    for (bool first = true; part(all, texts, marks, count, first); first = false)
        ;
    for (size_t i = 0; i < count; i++) {
        bool stays = strcmp(texts[i], all[i].was) == 0;
        char *marked = all[i].name;
        all[i].name = stays ? NULL : xstrdup(texts[i]);
        free(marked);
    }
    free(texts);
    free(marks);
}
