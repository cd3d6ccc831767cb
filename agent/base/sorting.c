/* From the bottom up: runs of 1, 2, 4, ... elements, from one memory into the other. */
#include "base/sorting.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The two runs from `at` on; behind the last element both are empty. */
static void take_runs(struct sorting *s, size_t at)
{
    s->left = s->next = at;
    s->left_end = s->right = least(at + s->width, s->count);
    s->right_end = least(s->right + s->width, s->count);
}

void sorting_begin(struct sorting *s, void *elements, size_t count, size_t size,
                   int (*compare)(const void *, const void *))
{
    *s = (struct sorting){
        .at = elements,
        .given = elements,
        .room = count > 1 ? xmalloc(count * size) : NULL,
        .count = count,
        .size = size,
        .compare = compare,
        .width = 1,
    };
    take_runs(s, 0);
}

static void swap(struct sorting *s)
{
    char *from = s->at;
    s->at = s->room;
    s->room = from;
}

static bool is_left_next(const struct sorting *s)
{
    if (s->left == s->left_end || s->right == s->right_end)
        return s->right == s->right_end;
    return s->compare(s->at + s->left * s->size, s->at + s->right * s->size) <= 0;
}

static void move_one(struct sorting *s)
{
    size_t from = is_left_next(s) ? s->left++ : s->right++;
    memcpy(s->room + s->next++ * s->size, s->at + from * s->size, s->size);
}

bool sorting_step(struct sorting *s, size_t most)
{
    for (size_t i = 0; i < most && s->width < s->count; i++) {
        move_one(s);
        if (s->next < s->right_end)
            continue;
        if (s->next < s->count) {
            take_runs(s, s->next);
            continue;
        }
        swap(s);
        s->width *= 2;
        take_runs(s, 0);
    }
    return s->width < s->count;
}

void sorting_done(struct sorting *s)
{
    if (s->at != s->given) {
        memcpy(s->given, s->at, s->count * s->size);
        swap(s);
    }
    free(s->room);
    *s = (struct sorting){ 0 };
}
