/* Any bytes as an element of the consumption answer, as the whole of it, and as the credits: no
 * crash, and what was accepted keeps the contract. Seeds: tests/golden/usage-*.json. */
#include <stdint.h>
#include <stdlib.h>

#include "provider/eden_v2.h"
#include "provider/refusal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise)
        abort();
}

static void check_lines(const struct usage_book *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct usage_line *l = &b->lines[i];
        require(l->day % DAY_S == 0 && l->calls >= 0 && l->payer < b->payers.count
                && l->feature < b->words.count);
        require(l->cost.nano >= -MONEY_LIMIT_NANO && l->cost.nano <= MONEY_LIMIT_NANO);
        require(l->provider == USAGE_WHOLE || (l->provider < b->words.count && l->calls == 0));
    }
    for (size_t i = 0; i < b->gap_count; i++)
        require((b->gaps[i].payer == USAGE_NOBODY || b->gaps[i].payer < b->payers.count)
                && (b->gaps[i].day == TIME_NONE || b->gaps[i].day % DAY_S == 0));
    require(b->gap_count == 0 || b->refused > 0);
}

static void read_whole(struct span bytes)
{
    struct splitter *s = splitter_new(&eden_v2.usage);
    struct usage_book book = { 0 };
    struct element e;
    struct fault why;
    enum split split;
    splitter_feed(s, bytes);
    while ((split = splitter_next(s, &e, &why)) == SPLIT_ELEMENT)
        eden_v2.decode_usage(e.json, &book);
    check_lines(&book);
    usage_done(&book);
    splitter_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = { (const char *)data, size };
    struct usage_book book = { 0 };
    struct money credits;
    struct fault why;

    if (!eden_v2.decode_usage(bytes, &book))
        require(book.count == 0 && book.refused == 1 && book.refusal.kind == FAULT_REJECT
                && book.refusal.text[0]);
    check_lines(&book);
    usage_done(&book);
    if (!eden_v2.decode_credits(bytes, &credits, &why))
        require(why.kind == FAULT_REJECT && why.text[0]);
    read_whole(bytes);
    return 0;
}
