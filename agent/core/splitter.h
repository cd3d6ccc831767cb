/* Cuts a long answer into its elements as bytes arrive: a token list, stepping over each secret, or
 * consumption. What the members are called, the dialect says as a struct split_shape.
 *
 * Accepts an object whose member `list` is an array of objects and, in a paged shape, whose member
 * `next` is a URL or null; both must be there. A `bare` shape may be the array alone, too. A byte
 * order mark is stepped over. Broken structure, or a flaw outside of the elements, is a fault of
 * the whole. A flaw within an element (see json_walk.h), one that is no object or is too long, is
 * that element's alone, and its neighbours come out as ever. An element's own members are decoded
 * elsewhere. Memory is bounded by element_bytes whatever the length of the list, of an element or
 * of a secret. The value of an element's member `secret` at depth one, however the key is escaped,
 * is replaced by null before anybody sees it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/siphash.h"
#include "base/span.h"

enum { SPLIT_NEXT_BYTES = 2048, SPLIT_DEPTH = 16, SPLIT_MEMBER_BYTES = 64 };

/* How an answer is made. Names are ASCII and shorter than SPLIT_MEMBER_BYTES. */
struct split_shape {
    const char *what;     /* the answer, for people: "token list" */
    const char *list;     /* the member that is the array */
    const char *next;     /* the member with the URL of the next page; NULL: not paged */
    const char *count;    /* the member that says how many elements all pages have; NULL: none */
    const char *total;    /* another name of the same, which wins; NULL: none */
    const char *secret;   /* the member of an element that is never kept; NULL: none */
    size_t element_bytes; /* of the longest element that is read */
    bool bare;            /* the array may stand alone */
};

struct element {
    struct span json; /* one object, its secret nulled; lives until the next call on the splitter.
                         Flawed: what there is of it, perhaps cut, perhaps nothing */
    uint64_t hash;    /* of exactly these bytes, once splitter_hash was called; else 0 */
    const char
        *flaw; /* what is wrong with it, for people, static; NULL: it is JSON and an object */
};

struct splitter;

struct splitter *splitter_new(const struct split_shape *shape); /* which must outlive it */
void splitter_free(struct splitter *s);

/* Hands over the bytes that arrived; they must stay until splitter_next has returned SPLIT_MORE,
 * and only then may more be fed. */
void splitter_feed(struct splitter *s, struct span bytes);

/* From here on each element has its hash under this key. */
void splitter_hash(struct splitter *s, struct siphash_key key);

/* From here on an element may come as its outline first. After splitter_hash. */
void splitter_outline(struct splitter *s);

enum split { SPLIT_OUTLINE, SPLIT_ELEMENT, SPLIT_MORE, SPLIT_FAULT };

/* The next whole element, or a wish for more bytes. After SPLIT_FAULT (FAULT_REJECT: not such a
 * list) only splitter_free may follow. Of an outline only the hash is filled in, and nothing of it
 * was read: who had an element of that hash without a flaw passes over it, and whoever asks for the
 * next one gets it in full. */
enum split splitter_next(struct splitter *s, struct element *ret, struct fault *why);

/* After SPLIT_OUTLINE: the element is the one that came before. */
void splitter_pass(struct splitter *s);

/* To be asked after the last byte: FAULT_REJECT when the list is not complete. `ret_next` is the
 * URL of the following page or an empty span; borrowed from the splitter. */
MUST_CHECK bool splitter_end(struct splitter *s, struct span *ret_next, struct fault *why);

/* Then, too: how many elements the answer says that all pages have; -1: it does not say. */
int64_t splitter_count(const struct splitter *s);
