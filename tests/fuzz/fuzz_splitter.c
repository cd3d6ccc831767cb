/* Any bytes as a token list: no crash, the same elements and the same verdict however the bytes are
 * cut and whether elements are known by their outlines, and an element that is split again comes
 * out as it went in. Seeds: tests/golden/list-*.json. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>

#include "../unit/split_scene.h"
#include "base/json_walk.h"
#include "base/own.h"
#include "base/random.h"
#include "base/text.h"
#include "base/xmalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise)
        abort();
}

static struct splitter *new_splitter(void)
{
    struct splitter *s = splitter_new(&list_shape);
    splitter_hash(s, (struct siphash_key){ 7, 42 });
    return s;
}

enum { KNOWN_MAX = 256 };

/* Hashes of elements without a flaw. */
struct known {
    uint64_t hashes[KNOWN_MAX];
    size_t count;
};

static bool is_known(const struct known *k, uint64_t hash)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->hashes[i] == hash)
            return true;
    return false;
}

static void know(struct known *k, const struct element *e)
{
    if (!e->flaw && k->count < KNOWN_MAX)
        k->hashes[k->count++] = e->hash;
}

/* The hashes of all elements, one a line, and the verdict; what is in `known` by its outline. */
static void split_known(struct span bytes, const struct known *known, struct text *hashes)
{
    struct splitter *s = new_splitter();
    struct element e;
    struct fault why = { 0 };
    struct span next;
    enum split event;
    splitter_outline(s);
    splitter_feed(s, bytes);
    while ((event = splitter_next(s, &e, &why)) == SPLIT_ELEMENT || event == SPLIT_OUTLINE) {
        if (event == SPLIT_OUTLINE && !is_known(known, e.hash))
            continue;
        if (event == SPLIT_OUTLINE)
            splitter_pass(s);
        text_addf(hashes, "%" PRIx64 "\n", e.hash);
    }
    bool whole = event == SPLIT_MORE && splitter_end(s, &next, &why);
    text_addf(hashes, "%s", whole ? "whole" : why.text);
    splitter_free(s);
}

static void require_same_by_outlines(struct span bytes)
{
    struct splitter *s = new_splitter();
    struct known known = { .count = 0 }, none = { .count = 0 };
    struct text read = { 0 }, outlined = { 0 };
    struct element e;
    struct fault why;
    splitter_feed(s, bytes);
    while (splitter_next(s, &e, &why) == SPLIT_ELEMENT)
        know(&known, &e);
    splitter_free(s);
    split_known(bytes, &none, &read);
    split_known(bytes, &known, &outlined);
    require(read.len == outlined.len && memcmp(read.at, outlined.at, read.len) == 0);
    text_done(&read);
    text_done(&outlined);
}

/* All elements with their hashes, one a line; true when the list is whole. Pieces of up to
 * `longest` bytes are each in memory of their own, so that the sanitizer sees a look before or
 * behind them. */
static bool split(struct span bytes, size_t longest, struct text *elements)
{
    struct splitter *s = new_splitter();
    struct random r = random_seeded(bytes.len);
    struct element e;
    struct fault why;
    struct span next;
    enum split event = SPLIT_MORE;

    while (bytes.len && event == SPLIT_MORE) {
        size_t len = longest == SIZE_MAX ? longest : 1 + random_next(&r) % longest;
        len = len < bytes.len ? len : bytes.len;
        own_free char *piece = xstrndup(bytes.at, len);
        splitter_feed(s, (struct span){ piece, len });
        while ((event = splitter_next(s, &e, &why)) == SPLIT_ELEMENT) {
            require(e.json.len <= LIST_ELEMENT_BYTES && (e.flaw || e.json.len >= 2));
            text_add(elements, e.flaw ? span_of(e.flaw) : (struct span){ NULL, 0 });
            text_add(elements, e.json);
            text_addf(elements, " %" PRIx64 "\n", e.hash);
        }
        bytes = (struct span){ bytes.at + len, bytes.len - len };
    }
    bool whole = event == SPLIT_MORE && splitter_end(s, &next, &why);
    require(whole || (why.kind == FAULT_REJECT && why.text[0]));
    splitter_free(s);
    return whole;
}

/* Each element, handed in again as a list of one. Where a secret was, there is null now, so nothing
 * changes. */
static void split_again(struct span bytes)
{
    struct splitter *s = new_splitter();
    struct element e;
    struct fault why;
    splitter_feed(s, bytes);
    while (splitter_next(s, &e, &why) == SPLIT_ELEMENT) {
        if (e.flaw)
            continue;
        require(walk_whole(e.json, &why));
        struct text list = { 0 }, once = { 0 }, again = { 0 };
        text_add(&list, span_of("["));
        text_add(&list, e.json);
        text_add(&list, span_of("]"));
        text_add(&once, e.json);
        text_addf(&once, " %" PRIx64 "\n", e.hash);
        require(split((struct span){ list.at, list.len }, 16, &again));
        require(once.len == again.len && memcmp(once.at, again.at, once.len) == 0);
        text_done(&list);
        text_done(&once);
        text_done(&again);
    }
    splitter_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = { (const char *)data, size };
    struct text whole = { 0 }, pieces = { 0 };

    bool is_list = split(bytes, SIZE_MAX, &whole);
    require(split(bytes, 7, &pieces) == is_list);
    require(whole.len == pieces.len && (!whole.len || memcmp(whole.at, pieces.at, whole.len) == 0));
    split_again(bytes);
    require_same_by_outlines(bytes);
    text_done(&whole);
    text_done(&pieces);
    return 0;
}
