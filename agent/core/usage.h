/* One answer of the consumption endpoint: what each payer spent on each UTC day, by feature and
 * provider.
 *
 * Kept whole before any of it is believed. A part that cannot be read is refused alone, and the
 * book says what that leaves unknown. Costs are as reported, to the nano-dollar; the sum of the
 * providers may differ from a feature's cost by rounding, and both are kept. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "base/intern.h"
#include "base/money.h"

#define USAGE_MAIN_KEY "base_token" /* our word for the account's main key, as is Eden AI's */
#define USAGE_WHOLE UINT32_MAX      /* in place of a provider: the feature's own cost */
#define USAGE_NOBODY UINT32_MAX     /* in place of a payer: its name could not be read */

struct usage_line {
    unix_s day;                 /* its first second */
    uint32_t payer;             /* of the book's payers */
    uint32_t feature, provider; /* of its words */
    struct money cost;
    int64_t calls; /* of a whole feature; 0 for a provider */
};

/* A part of the answer that could not be read: what was spent there is unknown, not zero. */
struct usage_gap {
    uint32_t payer; /* of the book's payers, or USAGE_NOBODY */
    unix_s day;     /* TIME_NONE: any day that the payer has no line of */
};

struct usage_book {
    struct usage_line
        *lines; /* owned; payer by payer, day by day as reported, a feature before its providers */
    size_t count, room;
    struct intern payers;   /* each has one element of the answer, or several: see usage_merge */
    struct intern words;    /* features and providers */
    struct usage_gap *gaps; /* owned; runs of equal ones are one */
    size_t gap_count, gap_room;
    uint32_t *again; /* owned; payers that had an element before */
    size_t again_count, again_room;
    size_t refused;       /* lines, days and payers that could not be read */
    struct fault refusal; /* the first of them, and why; meaningful when refused > 0 */
};

void usage_add(struct usage_book *b, const struct usage_line *line);

/* Counts a refusal without saying what it leaves unknown. */
void usage_refuse(struct usage_book *b, const struct fault *why);
/* An element of the answer that names no payer. */
void usage_refuse_element(struct usage_book *b, const char *flaw);
/* What a refusal leaves unknown. */
void usage_add_gap(struct usage_book *b, uint32_t payer, unix_s day);

/* "2 usage lines could not be read; the first: WHY". */
void usage_say_refused(const struct usage_book *b, struct fault *ret);

/* The payer has another element: a name can be used twice, one after the other or by two members.
 */
void usage_add_again(struct usage_book *b, uint32_t payer);

/* Once the answer is whole: what several elements say of one payer is added up. Where one of them
 * has a date that cannot be read, that may be any day, and none of the payer's days is known. */
void usage_merge(struct usage_book *b);

/* Adds what another answer says; that one is empty afterwards. To be merged where both may speak of
 * one payer's day. */
void usage_join(struct usage_book *b, struct usage_book *more);

/* The answer was about one token alone: all that it says is that token's, whatever it is called. */
void usage_assign(struct usage_book *b, const char *key);
/* The key of a payer that is known by it, through usage_assign; NULL: it is known by the name that
 * the answer has. */
const char *usage_payer_key(const struct usage_book *b, uint32_t payer);

/* A token that shares its name with others. */
struct usage_share {
    char *name, *key; /* shares of one name lie together */
};
/* What the answer says of each of these names goes to the tokens of that name, as `parts`, which is
 * empty afterwards, has it, by their keys. What none of them has spent, yet the name has, goes to
 * the first of them. */
void usage_divide(struct usage_book *b, const struct usage_share *shares, size_t count,
                  struct usage_book *parts);

void usage_done(struct usage_book *b); /* leaves an empty one */
