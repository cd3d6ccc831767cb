/* The tokens of one account as this program believes them to be, and what one complete list does to that belief.
 *
 * A token absent from a complete, valid list is missing. It counts as deleted once it was absent from FLEET_PATIENCE
 * lists in a row and for a time: FLEET_ABSENCE_S, or FLEET_MASS_ABSENCE_S when more than half of the tokens, or all,
 * are absent together. A list that lost so many at once is suspicious: it changes nothing until FLEET_PATIENCE lists
 * in a row say the same; then what it shows is believed, and what it lacks is missing.
 * Pure: readings in, changes out. */
#pragma once

#include "core/burn.h"
#include "core/forecast.h"
#include "core/forecast/promise.h"
#include "core/naming.h"
#include "core/reading.h"
#include "core/rule.h"
#include "core/series.h"

enum {
    FLEET_PATIENCE = 3,
    FLEET_ABSENCE_S = 2 * HOUR_S,    /* an outage of a part of the API is over by then, or someone looks at it */
    FLEET_MASS_ABSENCE_S = DAY_S,    /* a wrong key or a broken filter looks like this: a person has a day to see it */
};

/* A reading that is read again before it is believed: nothing of it is booked yet. */
struct held {
    unix_s at;      /* first read then; TIME_NONE: there is none */
    int64_t poll;   /* row of that poll */
    struct maybe_money balance;
};

/* A move of the balance that was booked although neither burn nor calendar explains it. What brings the balance back
 * within a few readings shows that it never happened. */
struct leap {
    int64_t poll;   /* whose bookings it begins with; 0: there is none */
    unix_s since;   /* the reading before it */
    struct money from;         /* the balance then */
    struct maybe_money full;   /* token.risen_to then */
    int64_t pace_nano_per_h;   /* the fastest burn then */
    int readings;   /* since */
};

struct token {
    int64_t id;              /* row in the store; 0 until it has one */
    enum series series;      /* SERIES_TOKEN, or SERIES_CREDITS in a fleet of its own */
    char *name;              /* owned */
    char slug[SLUG_BYTES];
    struct reading last;     /* last.name == name */
    unix_s seen_at;          /* the poll that saw it last */
    int64_t stepped_s;       /* by so much the wall clock was set since */
    uint64_t element_hash;   /* of its bytes in the last list; 0: not known */
    int missing;             /* complete lists in a row without it, at most FLEET_PATIENCE, no suspicious ones */
    int unbooked;            /* lists without it that fleet_judge saw and fleet_book has not counted yet */
    unix_s absent_since;     /* the first of those lists; TIME_NONE: it is there */
    bool lost_in_mass;       /* absent together with more than half of the fleet */
    struct alert deletion;   /* counts its deletions (episode) and whether it returned (step); never at a level */
    unix_s last_reset;       /* TIME_NONE: none seen */
    struct maybe_money risen_to; /* the level that is 100 % without a reset amount: ledger_full */
    struct held held;
    struct leap leap;
    struct maybe_money drift; /* consumption told less what the balance shows, of the newest day that was compared */
    struct burn_history burn;
    struct curve *curve;     /* owned; the last full forecast, NULL: none. Only of a token that burns */
    unix_s curve_kept;       /* origin of the curve that the store has; TIME_NONE: none */
    int64_t spent_nano;      /* consumed since it is watched; what promises count */
    struct promises *promises; /* owned; NULL until it had a curve */
    bool upset;              /* topped up, reset or edited since the curve was made */
    struct forecast forecast;
    struct forecast told;    /* forecast and burns as published last */
    struct burn_rate told_burn[BURN_WINDOWS];
    bool retained;           /* its topic is known to be among those that the store keeps for the broker */
    struct alert *alerts;    /* owned; one for each rule of the configuration, in its order */
    bool listed;             /* appeared in the list that is being read */
    char *unread;            /* owned; why its element in that list cannot be read; NULL: it can */
    char *unreadable;        /* owned; the same of the last list that was taken in: `last` is older, and stands */
    bool moved;              /* something about it changed with this list */
};

/* Where the burn of a series comes from: "balance", or, without a budget, "consumption". */
static inline const char *token_burn_source(const struct token *t)
{
    return t->last.budgeted ? "balance" : "consumption";
}

struct fleet {
    struct token *tokens; /* owned; in no order */
    size_t count, room;
    struct fleet_index *by_name, *by_hash; /* owned */
    int suspicious;       /* suspicious lists in a row */
};

void fleet_done(struct fleet *f); /* leaves an empty one */

/* Adds a token that is not there yet; `name` is copied, the slug made, every stamp TIME_NONE. The pointer lives until
 * the next add or remove. */
struct token *fleet_add(struct fleet *f, const char *name);
struct token *fleet_find(struct fleet *f, struct span name); /* NULL: there is none */

/* The token whose bytes in the last list had this hash, NULL when there is none: its decoding can be spared. A hash
 * of 0 is nobody's. */
struct token *fleet_recognise(struct fleet *f, uint64_t element_hash);
void fleet_remember(struct fleet *f, struct token *t, uint64_t element_hash); /* 0: forgets */

/* Moves a token, with all that it owns, from another fleet; its name must not be in `f` yet. What is left of it in the
 * other fleet has no name and is good only for fleet_done. */
struct token *fleet_adopt(struct fleet *f, struct token *from);

/* Removes a token and frees what it owns. The last one takes its place in `tokens`: remove while walking backwards. */
void fleet_remove(struct fleet *f, struct token *t);

enum fleet_verdict { FLEET_PLAUSIBLE, FLEET_SUSPICIOUS };

/* One list is read so: fleet_begin; `listed = true` for each token that appears; fleet_judge once the list is complete
 * and valid. A suspicious list ends there. After a plausible one each token is booked, walking backwards:
 *     if (fleet_book(t)) its `missing` changed; if (fleet_is_gone(t, now)) delete and fleet_remove
 * and only then are newcomers added, for they would dilute what the list has lost. */
void fleet_begin(struct fleet *f);

/* Judges a complete list, read at `now`, by the tokens that were not missing before it. The FLEET_PATIENCE-th
 * suspicious list in a row is plausible. */
enum fleet_verdict fleet_judge(struct fleet *f, unix_s now);

/* The list has this token, but its element cannot be read. */
void fleet_list_unread(struct token *t, const char *why);
/* Whether any reading of it was ever taken in. */
bool fleet_was_read(const struct token *t);
/* Takes over whether a listed token can be read; true when that changed. */
bool fleet_settle_unread(struct token *t);

/* Books presence or absence in a plausible list; true when `missing` changed. */
bool fleet_book(struct token *t);
bool fleet_is_gone(const struct token *t, unix_s now);

/* How long a token must be absent before it counts as deleted. */
int64_t fleet_patience_s(const struct token *t);

/* Since when the fleet lacks more than half of its tokens; TIME_NONE: it does not. `ret_lost`: how many are absent. */
unix_s fleet_lost_since(const struct fleet *f, size_t *ret_lost);
