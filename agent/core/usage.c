/* The lines of one answer, growing. */
#include "core/usage.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/xmalloc.h"

void usage_add(struct usage_book *b, const struct usage_line *line)
{
    b->lines = xgrown(b->lines, b->count, &b->room, sizeof *b->lines);
    b->lines[b->count++] = *line;
}

void usage_refuse(struct usage_book *b, const struct fault *why)
{
    if (b->refused++ == 0)
        b->refusal = *why;
}

void usage_add_gap(struct usage_book *b, uint32_t payer, unix_s day)
{
    const struct usage_gap *last = b->gap_count ? &b->gaps[b->gap_count - 1] : NULL;
    if (last && last->payer == payer && last->day == day)
        return;
    b->gaps = xgrown(b->gaps, b->gap_count, &b->gap_room, sizeof *b->gaps);
    b->gaps[b->gap_count++] = (struct usage_gap){ payer, day };
}

void usage_refuse_element(struct usage_book *b, const char *flaw)
{
    struct fault why;
    fault(&why, FAULT_REJECT, "an element: %s", flaw);
    usage_refuse(b, &why);
    usage_add_gap(b, USAGE_NOBODY, TIME_NONE);
}

void usage_add_again(struct usage_book *b, uint32_t payer)
{
    b->again = xgrown(b->again, b->again_count, &b->again_room, sizeof *b->again);
    b->again[b->again_count++] = payer;
}

/* The whole of a feature, whose number is the largest, comes before its providers. */
static uint32_t rank_of(uint32_t provider)
{
    return provider == USAGE_WHOLE ? 0 : provider + 1;
}

static int compare_lines(const void *a, const void *b)
{
    const struct usage_line *x = a, *y = b;
    if (x->payer != y->payer)
        return x->payer < y->payer ? -1 : 1;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->feature != y->feature)
        return x->feature < y->feature ? -1 : 1;
    return (rank_of(x->provider) > rank_of(y->provider))
        - (rank_of(x->provider) < rank_of(y->provider));
}

/* Which payers have both several elements and a date that cannot be read: true at their numbers;
 * owned by the caller. */
static bool *unsure_payers(const struct usage_book *b)
{
    bool *again = xcalloc(b->payers.count, sizeof *again),
         *unsure = xcalloc(b->payers.count, sizeof *unsure);
    for (size_t i = 0; i < b->again_count; i++)
        again[b->again[i]] = true;
    for (size_t i = 0; i < b->gap_count; i++)
        if (b->gaps[i].payer != USAGE_NOBODY && b->gaps[i].day == TIME_NONE)
            unsure[b->gaps[i].payer] = again[b->gaps[i].payer];
    free(again);
    return unsure;
}

static void add_up(struct usage_line *to, const struct usage_line *more)
{
    to->cost.nano = nano_add(to->cost.nano, more->cost.nano);
    to->calls = nano_add(to->calls, more->calls);
}

void usage_merge(struct usage_book *b)
{
    size_t kept = 0;
    if (!b->again_count)
        return;
    bool *unsure = unsure_payers(b);
    if (b->count)
        qsort(b->lines, b->count, sizeof *b->lines, compare_lines);
    for (size_t i = 0; i < b->count; i++) {
        if (unsure[b->lines[i].payer])
            continue;
        if (kept && compare_lines(&b->lines[kept - 1], &b->lines[i]) == 0)
            add_up(&b->lines[kept - 1], &b->lines[i]);
        else
            b->lines[kept++] = b->lines[i];
    }
    b->count = kept;
    free(unsure);
}

/* The number that each text of `from` has in `to`; owned by the caller. */
static uint32_t *renumber(struct intern *to, const struct intern *from)
{
    uint32_t *numbers = xcalloc(from->count + 1, sizeof *numbers);
    for (uint32_t i = 0; i < from->count; i++)
        numbers[i] = intern_number(to, span_of(from->at[i]));
    return numbers;
}

void usage_join(struct usage_book *b, struct usage_book *more)
{
    uint32_t *payers = renumber(&b->payers, &more->payers),
             *words = renumber(&b->words, &more->words);
    for (size_t i = 0; i < more->count; i++) {
        struct usage_line line = more->lines[i];
        line.payer = payers[line.payer];
        line.feature = words[line.feature];
        line.provider = line.provider == USAGE_WHOLE ? USAGE_WHOLE : words[line.provider];
        usage_add(b, &line);
    }
    for (size_t i = 0; i < more->gap_count; i++) {
        struct usage_gap gap = more->gaps[i];
        usage_add_gap(b, gap.payer == USAGE_NOBODY ? USAGE_NOBODY : payers[gap.payer], gap.day);
    }
    if (!b->refused)
        b->refusal = more->refusal;
    b->refused += more->refused;
    free(payers);
    free(words);
    usage_done(more);
}

/* Keys are payers as names are. No name begins with this byte, as names are UTF-8: behind it is a
 * key. */
#define KEY_MARK "\xff"

const char *usage_payer_key(const struct usage_book *b, uint32_t payer)
{
    const char *name = b->payers.at[payer];
    return name[0] == KEY_MARK[0] ? name + 1 : NULL;
}

static uint32_t number_of_key(struct usage_book *b, const char *key)
{
    struct text marked = { 0 };
    text_addf(&marked, KEY_MARK "%s", key);
    uint32_t number = intern_number(&b->payers, (struct span){ text_z(&marked), marked.len });
    text_done(&marked);
    return number;
}

void usage_assign(struct usage_book *b, const char *key)
{
    uint32_t payer = number_of_key(b, key);
    for (size_t i = 0; i < b->count; i++)
        b->lines[i].payer = payer;
    for (size_t i = 0; i < b->gap_count; i++)
        b->gaps[i].payer = payer;
    usage_add_again(b, payer);
    usage_merge(b);
}

/* For each payer of the book its place among the shares plus one, of a name its first one; 0: none.
 * Owned by the caller. */
static size_t *places_of(struct usage_book *b, const struct usage_share *shares, size_t count)
{
    for (size_t i = 0; i < count; i++)
        number_of_key(b, shares[i].key);
    size_t *places = xcalloc(b->payers.count + count + 1, sizeof *places);
    for (size_t i = count; i-- > 0;) {
        uint32_t name = intern_number(&b->payers, span_of(shares[i].name));
        places[name] = places[number_of_key(b, shares[i].key)] = i + 1;
    }
    return places;
}

/* Subtracts from each name what the tokens of that name have spent. */
static void take_out(struct usage_book *b, const struct usage_book *parts,
                     const struct usage_share *shares, const size_t *places)
{
    uint32_t *payers = renumber(&b->payers, &parts->payers),
             *words = renumber(&b->words, &parts->words);
    for (size_t i = 0; i < parts->count; i++) {
        struct usage_line line = parts->lines[i];
        size_t place = places[payers[line.payer]];
        if (!place)
            continue;
        line.payer = intern_number(&b->payers, span_of(shares[place - 1].name));
        line.feature = words[line.feature];
        line.provider = line.provider == USAGE_WHOLE ? USAGE_WHOLE : words[line.provider];
        line.cost.nano = -line.cost.nano;
        line.calls = -line.calls;
        usage_add(b, &line);
        usage_add_again(b, line.payer);
    }
    usage_merge(b);
    free(payers);
    free(words);
}

/* The day is not over between two answers, so that a part may be ahead of the whole. */
static void give_rest(struct usage_book *b, const struct usage_share *shares, const size_t *places)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct usage_line line = b->lines[i];
        size_t place = places[line.payer];
        if (place && line.cost.nano <= 0 && line.calls <= 0)
            continue;
        if (place) {
            line.payer = number_of_key(b, shares[place - 1].key);
            line.cost.nano = line.cost.nano > 0 ? line.cost.nano : 0;
            line.calls = line.calls > 0 ? line.calls : 0;
            usage_add_again(b, line.payer);
        }
        b->lines[kept++] = line;
    }
    b->count = kept;
    for (size_t i = 0; i < b->gap_count; i++)
        if (b->gaps[i].payer != USAGE_NOBODY && places[b->gaps[i].payer])
            b->gaps[i].payer = number_of_key(b, shares[places[b->gaps[i].payer] - 1].key);
}

void usage_divide(struct usage_book *b, const struct usage_share *shares, size_t count,
                  struct usage_book *parts)
{
    size_t *places = places_of(b, shares, count);
    take_out(b, parts, shares, places);
    give_rest(b, shares, places);
    for (size_t i = 0; i < count; i++)
        usage_add_again(b, number_of_key(b, shares[i].key));
    usage_join(b, parts);
    usage_merge(b);
    free(places);
}

void usage_say_refused(const struct usage_book *b, struct fault *ret)
{
    fault(ret, FAULT_REJECT, "%zu usage line%s could not be read%s%s", b->refused,
          b->refused == 1 ? "" : "s", b->refused == 1 ? ": " : "; the first: ", b->refusal.text);
}

void usage_done(struct usage_book *b)
{
    free(b->lines);
    free(b->gaps);
    free(b->again);
    intern_done(&b->payers);
    intern_done(&b->words);
    *b = (struct usage_book){ 0 };
}
