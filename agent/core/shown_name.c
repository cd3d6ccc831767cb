/* A table of names, open addressing, finds who shares one; all but those are done with it. */
#include "core/shown_name.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/xmalloc.h"

enum { COMPARED_MOST = 64 /* of one name: more are told apart by their ids alone */ };

struct names {
    uint32_t *first, *size; /* by hash: the last place of a name, plus one; how many share it */
    uint32_t *slot, *next;  /* by place: of its name; the one that shares it and came before, plus
                               one */
    size_t room;            /* a power of two */
};

static size_t slot_of(const struct names *n, const struct shown *all, const char *name)
{
    size_t at = hash_of(span_of(name)) & (n->room - 1);
    while (n->first[at] && strcmp(all[n->first[at] - 1].is.name, name) != 0)
        at = (at + 1) & (n->room - 1);
    return at;
}

static struct names names_of(const struct shown *all, size_t count)
{
    struct names n = { .room = 16 };
    while (n.room < 2 * count)
        n.room *= 2;
    n.first = xcalloc(n.room, sizeof *n.first);
    n.size = xcalloc(n.room, sizeof *n.size);
    n.slot = xcalloc(count + 1, sizeof *n.slot);
    n.next = xcalloc(count + 1, sizeof *n.next);
    for (size_t i = 0; i < count; i++) {
        size_t at = slot_of(&n, all, all[i].is.name);
        n.slot[i] = (uint32_t)at;
        n.next[i] = n.first[at];
        n.first[at] = (uint32_t)(i + 1);
        n.size[at]++;
    }
    return n;
}

static void names_done(struct names *n)
{
    free(n->first);
    free(n->size);
    free(n->slot);
    free(n->next);
}

/* Whether what `of` says of a token it says of no other one of its name. */
static bool is_only(const struct names *n, const struct shown *all, size_t i,
                    const char *(*of)(const struct identity *))
{
    const char *mine = of(&all[i].is);
    size_t alike = 0;
    for (uint32_t at = n->first[n->slot[i]]; at; at = n->next[at - 1])
        alike += strcmp(of(&all[at - 1].is), mine) == 0;
    return mine[0] && alike == 1;
}

static const char *member_of(const struct identity *is)
{
    return is->member;
}

static const char *masked_of(const struct identity *is)
{
    return is->masked;
}

static size_t cut(const char *name, size_t bytes)
{
    size_t len = strlen(name);
    while (len > bytes || (len && ((unsigned char)name[len] & 0xC0) == 0x80))
        len--;
    return len;
}

static void add_mark(const char *name, const char *mark, char out[NAME_BYTES_MAX + 1])
{
    size_t room = NAME_BYTES_MAX - strlen(mark) - 3;
    snprintf(out, NAME_BYTES_MAX + 1, "%.*s%s%s%s", (int)cut(name, room), name, mark[0] ? " (" : "",
             mark, mark[0] ? ")" : "");
}

/* Of one that shares its name. */
static void name_apart(const struct names *n, const struct shown *all, size_t i,
                       char out[NAME_BYTES_MAX + 1])
{
    const struct identity *is = &all[i].is;
    const char *mark = is->id;
    if (n->size[n->slot[i]] <= COMPARED_MOST)
        mark = is_only(n, all, i, member_of) ? is->member
            : is_only(n, all, i, masked_of)  ? is->masked
                                             : is->id;
    add_mark(is->name, mark, out);
    if (mark[0] && n->first[slot_of(n, all, out)]) /* another's name looks just like that */
        add_mark(is->name, is->id, out);
}

void shown_names(struct shown *all, size_t count)
{
    char apart[NAME_BYTES_MAX + 1];
    struct names n = names_of(all, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = all[i].is.name;
        if (n.size[n.slot[i]] > 1) {
            name_apart(&n, all, i, apart);
            name = apart;
        }
        all[i].name = name == all[i].was || strcmp(name, all[i].was) == 0 ? NULL : xstrdup(name);
    }
    names_done(&n);
}
