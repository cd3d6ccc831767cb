/* The tokens of one account as this program believes them to be, and what one complete list does to that belief.
 *
 * A token absent from a complete, valid list is missing; absent from FLEET_PATIENCE of them in a row it is deleted.
 * A list that lost more than half of the tokens at once, or all of them, is suspicious: it changes nothing until
 * FLEET_PATIENCE lists in a row say the same. Pure: readings in, changes out. */
#pragma once

#include "core/burn.h"
#include "core/forecast.h"
#include "core/naming.h"
#include "core/reading.h"
#include "core/rule.h"

enum { FLEET_PATIENCE = 3 };

struct token {
    int64_t id;              /* row in the store; 0 until it has one */
    char *name;              /* owned */
    char slug[SLUG_BYTES];
    struct reading last;     /* last.name == name */
    unix_s seen_at;          /* the poll that saw it last */
    uint64_t element_hash;   /* of its bytes in the last list; 0: not known */
    int missing;             /* complete lists in a row without it */
    unix_s last_reset;       /* TIME_NONE: none seen */
    struct maybe_money risen_to;
    struct burn_history burn;
    struct forecast forecast;
    struct forecast told;    /* the forecast as published last */
    struct alert *alerts;    /* owned; one for each rule of the configuration, in its order */
    bool listed;             /* used while a list is read */
};

struct fleet {
    struct token *tokens; /* owned; order of arrival */
    size_t count, room;
    struct fleet_index *by_name, *by_hash; /* owned */
    int suspicious;       /* suspicious lists in a row */
};

void fleet_done(struct fleet *f);

/* Adds a token; `name` is copied. The pointer lives until the next add or remove. */
struct token *fleet_add(struct fleet *f, const char *name);
struct token *fleet_find(struct fleet *f, struct span name);

/* The token whose bytes in the last list had this hash, NULL when there is none: its decoding can be spared. */
struct token *fleet_recognise(struct fleet *f, uint64_t element_hash);
void fleet_remember(struct fleet *f, struct token *t, uint64_t element_hash);

/* Removes tokens for which `gone` is set by the caller through fleet_verdict; ownership ends. */
void fleet_remove(struct fleet *f, struct token *t);

enum fleet_verdict { FLEET_PLAUSIBLE, FLEET_SUSPICIOUS };

/* Judges a complete list in which `listed` of the known tokens appeared. Counts suspicious lists. */
enum fleet_verdict fleet_judge(struct fleet *f, size_t listed);
