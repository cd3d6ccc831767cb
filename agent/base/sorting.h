/* Sorting in slices, for whoever has little time at once: a merge sort that stops anywhere and goes
 * on there. Equal elements keep their order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct sorting {
    char *at, *room; /* where the elements are, and where the merges go; they take turns */
    char *given;     /* borrowed; one of the two */
    size_t count, size;
    int (*compare)(const void *, const void *); /* as for qsort */
    size_t width; /* of the runs that are in order; from `count` on all is */
    /* The merge under way: of two runs, the next of each and their ends. */
    size_t left, left_end, right, right_end, next;
};

/* `elements`, `count` of them of `size` bytes, must stay where they are until sorting_done. */
void sorting_begin(struct sorting *s, void *elements, size_t count, size_t size,
                   int (*compare)(const void *, const void *));
/* Moves at most so many. False: they are in order. */
bool sorting_step(struct sorting *s, size_t most);
/* Of one that was given up, too: all elements are there then, in no order. */
void sorting_done(struct sorting *s);
