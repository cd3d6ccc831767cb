/* What an answer that is a list means, judged by the structure that json_walk reads.
 *
 * It holds one element and one URL, never the list. A secret is not even copied: while one goes by,
 * nothing is saved, so its length does not matter. */
#include "core/splitter.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/json_outline.h"
#include "base/json_walk.h"
#include "base/xmalloc.h"

_Static_assert((int)SPLIT_DEPTH == (int)WALK_DEPTH, "the walk sets the limit of depth");

/* The members that matter here; which of them a key can be depends on where it stands. */
enum member {
    MEMBER_OTHER,
    MEMBER_SECRET,
    MEMBER_LIST,
    MEMBER_NEXT,
    MEMBER_COUNT,
    MEMBER_TOTAL,
};

struct splitter {
    const struct split_shape *shape;
    struct json_walk walk;
    unsigned
        list_level;     /* containers around an element of the open list; 0 while no list is open */
    enum member member; /* of the value that comes next */
    bool is_object, has_list, has_next, has_total;
    struct kept next;
    int64_t count; /* -1: it was not said */
    bool counting; /* its digits go by */

    bool saving; /* an element is open and no secret is going by */
    bool hiding; /* a secret is going by */
    const char
        *flaw; /* of the open element; one that is no object or too long is not saved any further */
    bool dropped;
    const char *unsaved; /* while saving: the first byte not yet in `element` */
    size_t element_len;

    bool hashes; /* are asked for */
    struct siphash_key key;
    bool outlines;       /* are asked for */
    const char *outline; /* the end of the element that is offered; NULL: it is read */
    bool offered;        /* the element that comes next was */

    char next_bytes[SPLIT_NEXT_BYTES];
    char element[]; /* shape->element_bytes */
};

struct splitter *splitter_new(const struct split_shape *shape)
{
    struct splitter *s = xcalloc(1, sizeof *s + shape->element_bytes);
    s->shape = shape;
    s->count = -1;
    walk_init(&s->walk);
    s->next = (struct kept){ .at = s->next_bytes, .room = sizeof s->next_bytes };
    return s;
}

void splitter_free(struct splitter *s)
{
    free(s);
}

void splitter_feed(struct splitter *s, struct span bytes)
{
    walk_feed(&s->walk, bytes);
    s->unsaved = bytes.at;
}

static bool refuse(const struct splitter *s, const char *what, struct fault *why)
{
    return walk_refuse(&s->walk, what, why);
}

static bool refuse_member(const struct splitter *s, const char *member, const char *what,
                          struct fault *why)
{
    char words[SPLIT_MEMBER_BYTES + 64];
    snprintf(words, sizeof words, "\"%s\" %s", member, what);
    return refuse(s, words, why);
}

/* Nothing more of the open element is saved. */
static void drop(struct splitter *s, const char *flaw)
{
    s->dropped = true;
    s->saving = false;
    if (!s->flaw)
        s->flaw = flaw;
}

static void save(struct splitter *s, struct span bytes)
{
    size_t room = s->shape->element_bytes - s->element_len,
           len = bytes.len < room ? bytes.len : room;
    if (len)
        memcpy(s->element + s->element_len, bytes.at, len);
    s->element_len += len;
    if (len < bytes.len)
        drop(s, "it is too long");
}

static void save_until(struct splitter *s, const char *end)
{
    struct span bytes = { s->unsaved, s->saving ? (size_t)(end - s->unsaved) : 0 };
    s->unsaved = end;
    save(s, bytes);
}

static void save_from(struct splitter *s, const char *start)
{
    s->saving = !s->dropped;
    s->unsaved = start;
}

static bool is_at_element(const struct splitter *s)
{
    return s->list_level && s->walk.level == s->list_level;
}

static bool is_in_element(const struct splitter *s)
{
    return s->list_level && s->walk.level == s->list_level + 1;
}

static enum member member_named_by_key(const struct splitter *s)
{
    const struct json_walk *w = &s->walk;
    if (is_in_element(s))
        return s->shape->secret && walk_key_is(w, s->shape->secret) ? MEMBER_SECRET : MEMBER_OTHER;
    if (w->level == 1 && walk_key_is(w, s->shape->list))
        return MEMBER_LIST;
    if (w->level == 1 && s->shape->count && walk_key_is(w, s->shape->count))
        return s->has_total ? MEMBER_OTHER : MEMBER_COUNT;
    if (w->level == 1 && s->shape->total && walk_key_is(w, s->shape->total))
        return MEMBER_TOTAL;
    return w->level == 1 && s->shape->next && walk_key_is(w, s->shape->next) ? MEMBER_NEXT
                                                                             : MEMBER_OTHER;
}

static bool begin_document(struct splitter *s, char first, struct fault *why)
{
    if (first != '{' && !(first == '[' && s->shape->bare))
        return refuse(s, s->shape->bare ? "neither an array nor an object" : "not an object", why);
    s->is_object = first == '{';
    s->list_level = first == '[';
    return true;
}

/* What of an element is saved is its start, so that its name may still be read. */
static void begin_element(struct splitter *s, char first)
{
    s->element_len = 0;
    s->flaw = NULL;
    s->dropped = false;
    if (first != '{')
        drop(s, "it is not an object");
    save_from(s, s->walk.at - 1);
}

static bool begin_list(struct splitter *s, char first, struct fault *why)
{
    if (first != '[' || s->has_list)
        return refuse_member(s, s->shape->list, "is not a single array", why);
    s->has_list = true;
    s->list_level = 2;
    return true;
}

static bool begin_next(struct splitter *s, char first, struct fault *why)
{
    if ((first != '"' && first != 'n') || s->has_next)
        return refuse_member(s, s->shape->next, "is not a single string or null", why);
    s->has_next = true;
    s->walk.keep = first == '"' ? &s->next : NULL;
    return true;
}

/* What is no whole number of ordinary size says nothing. */
static void count_until(struct splitter *s, const char *end)
{
    enum { COUNT_MAX = 1000 * 1000 * 1000 };
    for (; s->counting && s->unsaved < end; s->unsaved++) {
        bool is_digit = *s->unsaved >= '0' && *s->unsaved <= '9';
        s->counting = is_digit && s->count < COUNT_MAX;
        s->count = s->counting ? s->count * 10 + (*s->unsaved - '0') : -1;
    }
}

static void begin_count(struct splitter *s, char first)
{
    s->counting = first >= '0' && first <= '9';
    s->count = s->counting ? 0 : -1;
    s->unsaved = s->walk.at - 1;
}

static void begin_secret(struct splitter *s)
{
    save_until(s, s->walk.at - 1);
    if (s->saving)
        save(s, span_of("null"));
    s->saving = false;
    s->hiding = true;
}

/* What the place of a value demands of it. */
static bool begin_value(struct splitter *s, struct fault *why)
{
    char first = s->walk.at[-1];
    enum member member = s->member;
    s->member = MEMBER_OTHER;

    if (s->walk.level == 0)
        return begin_document(s, first, why);
    if (is_at_element(s)) {
        begin_element(s, first);
        return true;
    }
    switch (member) {
    case MEMBER_LIST:
        return begin_list(s, first, why);
    case MEMBER_NEXT:
        return begin_next(s, first, why);
    case MEMBER_SECRET:
        begin_secret(s);
        break;
    case MEMBER_TOTAL:
        s->has_total = true;
        begin_count(s, first);
        break;
    case MEMBER_COUNT:
        begin_count(s, first);
        break;
    case MEMBER_OTHER:
        break;
    }
    return true;
}

/* True when the element is whole. */
static bool end_value(struct splitter *s)
{
    const char *end = s->walk.at;
    count_until(s, end);
    s->counting = false;
    if (s->hiding && is_in_element(s)) {
        s->hiding = false;
        save_from(s, end);
    }
    if (is_at_element(s)) {
        save_until(s, end);
        s->saving = false;
        return true;
    }
    if (s->walk.level < s->list_level)
        s->list_level = 0; /* the list itself ended */
    return false;
}

/* Whether the open value is an element or within one. */
static bool is_element_open(const struct splitter *s)
{
    return s->list_level
        && (s->walk.depth > s->list_level || s->walk.state == IN_STRING
            || s->walk.state == IN_SCALAR);
}

/* A flaw is the element's in which it is. */
static bool take_flaw(struct splitter *s, bool in_element, struct fault *why)
{
    const char *flaw = s->walk.flaw;
    if (flaw && !in_element)
        return walk_refuse_flaw(&s->walk, why);
    s->walk.flaw = NULL;
    if (flaw && !s->flaw)
        s->flaw = flaw;
    return true;
}

/* Takes one event in; false on a fault. */
static bool take_event(struct splitter *s, enum walk_event event, bool *ret_whole,
                       struct fault *why)
{
    switch (event) {
    case WALK_KEY:
        s->member = member_named_by_key(s);
        break;
    case WALK_BEGIN:
        if (!begin_value(s, why))
            return false;
        break;
    case WALK_END:
        *ret_whole = end_value(s);
        break;
    case WALK_MORE:
        count_until(s, s->walk.at);
        save_until(s, s->walk.at);
        break;
    case WALK_FAULT:
        return false;
    }
    return take_flaw(s, *ret_whole || is_element_open(s), why);
}

/* Under a key that nobody knows: whoever may name tokens could otherwise build an element whose
 * hash stays the same while its balance falls, which would not be read again. */
static uint64_t fingerprint(const struct splitter *s)
{
    return s->hashes ? siphash(s->key, (struct span){ s->element, s->element_len }) : 0;
}

void splitter_hash(struct splitter *s, struct siphash_key key)
{
    s->hashes = true;
    s->key = key;
}

void splitter_outline(struct splitter *s)
{
    s->outlines = true;
}

/* The bytes that would be saved, were it read. */
static bool save_outline(struct splitter *s, const struct json_outline *o)
{
    const char *at = s->walk.at, *secret = o->from ? o->from : o->end;
    s->element_len = 0;
    s->dropped = false;
    save(s, (struct span){ at, (size_t)(secret - at) });
    if (o->from) {
        save(s, span_of("null"));
        save(s, (struct span){ o->to, (size_t)(o->end - o->to) });
    }
    return !s->dropped;
}

static bool offer(struct splitter *s, struct element *ret)
{
    struct json_outline o;
    struct json_walk *w = &s->walk;
    if (!s->outlines || s->offered || !s->list_level || w->depth != s->list_level
        || !walk_reach_object(w)
        || !json_outline((struct span){ w->at, (size_t)(w->end - w->at) }, s->shape->secret, &o)
        || !save_outline(s, &o))
        return false;
    s->outline = o.end;
    *ret = (struct element){ .hash = fingerprint(s) };
    return true;
}

void splitter_pass(struct splitter *s)
{
    walk_pass(&s->walk, s->outline);
    s->offered = false;
}

enum split splitter_next(struct splitter *s, struct element *ret, struct fault *why)
{
    if (offer(s, ret)) {
        s->offered = true;
        return SPLIT_OUTLINE;
    }
    for (bool whole = false;;) {
        enum walk_event event = walk_next(&s->walk, why);
        if (!take_event(s, event, &whole, why)) {
            fault_within(why, "%s", s->shape->what);
            return SPLIT_FAULT;
        }
        if (event == WALK_MORE)
            return SPLIT_MORE;
        if (whole)
            break;
    }
    s->offered = false;
    ret->json = (struct span){ s->element, s->element_len };
    ret->hash = fingerprint(s);
    ret->flaw = s->flaw;
    return SPLIT_ELEMENT;
}

static bool refuse_incomplete(const struct splitter *s, struct fault *why)
{
    const struct split_shape *shape = s->shape;
    char words[2 * SPLIT_MEMBER_BYTES + 64];
    snprintf(words, sizeof words, "an object without \"%s\"%s%s%s", shape->list,
             shape->next ? " and \"" : "", shape->next ? shape->next : "", shape->next ? "\"" : "");
    return refuse(s, words, why);
}

int64_t splitter_count(const struct splitter *s)
{
    return s->count;
}

bool splitter_end(struct splitter *s, struct span *ret_next, struct fault *why)
{
    struct span written = { s->next.at, s->next.len };
    size_t len;
    bool whole = true;

    if (!walk_is_over(&s->walk))
        whole = refuse(s, "truncated", why);
    else if (s->is_object && !(s->has_list && (s->has_next || !s->shape->next)))
        whole = refuse_incomplete(s, why);
    else if (s->next.overflowed || !escape_read_url(written, s->next.at, &len))
        whole = refuse_member(s, s->shape->next, "is not a URL", why);
    if (!whole)
        return fault_within(why, "%s", s->shape->what);
    s->next.len = len;
    *ret_next = (struct span){ s->next.at, len };
    return true;
}
