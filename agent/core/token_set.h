/* The tokens of one account as this program believes them to be, and what one complete list does to
 * that belief.
 *
 * A token absent from a complete, valid list is missing. It counts as deleted once it was absent
 * from TOKEN_SET_PATIENCE lists in a row and for a time: TOKEN_SET_ABSENCE_S, or
 * TOKEN_SET_MASS_ABSENCE_S when more than half of the tokens, or all, are absent together. A list
 * that lost so many at once is suspicious: it changes nothing until TOKEN_SET_PATIENCE lists in a
 * row say the same; then what it shows is believed, and what it lacks is missing. Pure: readings
 * in, changes out. */
#pragma once

#include "core/burn.h"
#include "core/forecast.h"
#include "core/forecast/tracked.h"
#include "core/gist.h"
#include "core/identity.h"
#include "core/naming.h"
#include "core/reading.h"
#include "core/rule.h"
#include "core/series.h"

enum {
    TOKEN_SET_PATIENCE = 3,
    TOKEN_SET_ABSENCE_S =
        2 * HOUR_S, /* an outage of a part of the API is over by then, or someone looks at it */
    TOKEN_SET_MASS_ABSENCE_S =
        DAY_S, /* a wrong key or a broken filter looks like this: a person has a day to see it */
};

/* A reading that is read again before it is believed: nothing of it is booked yet. */
struct held {
    unix_s at;    /* first read then; TIME_NONE: there is none */
    int64_t poll; /* row of that poll */
    struct maybe_money balance;
};

/* A move of the balance that was booked although neither burn nor calendar explains it. What brings
 * the balance back within a few readings shows that it never happened. */
struct leap {
    int64_t poll;            /* whose bookings it begins with; 0: there is none */
    unix_s since;            /* the reading before it */
    struct money from;       /* the balance then */
    struct maybe_money full; /* token.high_water then */
    int64_t pace_nano_per_h; /* the fastest burn then */
    int readings;            /* since */
};

/* What is not sure about a token. */
struct doubt {
    struct held held;
    struct leap leap;
};

/* What was made of a token when it was judged last. That stands for a while if nothing is read of
 * it. */
struct judged {
    unix_s at;      /* TIME_NONE: it is to be judged with the next plan, whatever that is about */
    unix_s dry_at;  /* its money may end as early as this; TIME_NONE: no end in sight */
    unix_s ends_at; /* and is likely to, then, before it is set back; TIME_NONE: it is not */
    bool jumped;    /* it burns much faster than it did */
    bool moves;     /* time alone may change more than that any moment */
};

/* How far the broker knows the state of something. */
struct publication {
    bool due;        /* it is news since it was sent last */
    bool sent;       /* and not acknowledged yet */
    bool registered; /* the store knows that the broker may hold its topic */
    bool refused;    /* the broker did not accept it the last time */
    bool aside;      /* and closes the connection for it: it waits until that is tried again */
};

struct token {
    int64_t id;            /* row in the store; 0 until it has one */
    char *name;            /* owned; that it is shown by */
    char *slug;            /* owned, unless it is the name itself; token_name_slug */
    struct marks *marks;   /* owned; NULL: the name is all that is told of it */
    struct reading last;   /* last.name is what it is called, which rules match */
    unix_s seen_at;        /* the poll that saw it last */
    int64_t stepped_s;     /* by so much the wall clock was set since */
    uint64_t element_hash; /* of its bytes in the last list; 0: not known */
    enum series series;    /* SERIES_TOKEN, or SERIES_CREDITS in a set of its own */
    int missing;  /* complete lists in a row without it, at most TOKEN_SET_PATIENCE, no suspicious
                     ones */
    int unbooked; /* lists without it that token_set_note saw and token_set_book has not counted
                     yet */
    bool lost_in_mass;      /* absent together with more than half of the set */
    bool listed;            /* appeared in the list that is being read */
    bool invalidated;       /* topped up, reset or edited since the curve was made */
    unix_s absent_since;    /* the first of those lists; TIME_NONE: it is there */
    struct alert *deletion; /* owned; counts its deletions (episode), and since the last of them its
                               returns and new names (step); never at a level. NULL: nothing of that
                               happened yet */
    unix_s last_reset;      /* TIME_NONE: none seen */
    struct maybe_money high_water; /* the level that is 100 % without a reset amount: ledger_full */
    struct doubt *doubt;           /* owned; NULL: there is none */
    struct maybe_money drift; /* consumption told less what the balance shows, of the newest day
                                 that was compared */
    struct burn_history burn;
    struct curve *curve; /* owned; the last full forecast, NULL: none. Only of a token that burns */
    unix_s curve_kept;   /* origin of the curve that the store has; TIME_NONE: none */
    int64_t spent_nano;  /* consumed since it is watched; what tracked forecasts count */
    int64_t spent_most_nano; /* the most that this ever was, before a booking was taken back */
    struct tracked_forecasts *promises; /* owned; NULL until it had a curve */
    struct forecast forecast;
    struct judged judged;
    struct gist published;          /* forecast and burns as published last */
    struct gist stored;             /* and as its row in the store has them */
    struct publication publication; /* of its state */
    struct alert *alerts; /* owned; one for each rule of the configuration, in its order. NULL while
                             all of them are as at first; token_alert */
    char *unread;         /* owned; why its element in that list cannot be read; NULL: it can */
    char *unreadable; /* owned; the same of the last list that was taken in: `last` is older, and
                         stands */
};

/* Where the burn of a series comes from: "balance", or, without a budget, "consumption". */
static inline const char *token_burn_source(const struct token *t)
{
    return t->last.budgeted ? "balance" : "consumption";
}

struct gist token_gist(const struct token *t, const struct forecast *f);

struct token_set {
    struct token *tokens; /* owned; in no order */
    size_t count, room;
    struct token_set_index *by_key, *by_hash; /* owned */
    int suspicious;                           /* suspicious lists in a row */
    size_t expected; /* the place of the token that the next element may be of */
    size_t doubles;  /* elements of the last list that was believed whose token it had before */
    bool freed;      /* a token left since how all are shown was settled: its name is free */
};

void token_set_done(struct token_set *f); /* leaves an empty one */

/* A token of no set yet, as token_set_add makes it; token_done releases it. */
void token_init(struct token *t, const struct identity *is, const char *shown);
void token_done(struct token *t);
/* Another slug than its name makes; copied. */
void token_name_slug(struct token *t, struct span slug);

/* Who it is; borrowed from it. */
static inline struct identity token_identity(const struct token *t)
{
    return marks_identity(t->marks, t->name);
}
static inline const char *token_key(const struct token *t)
{
    return t->marks && t->marks->id[0] ? t->marks->id : t->last.name;
}
/* It is somebody by another name from now on, or by more than it was; copied. Its slug stays. Not
 * of a clone that shares its names; of a token in a set only under the same key. */
void token_identify(struct token *t, const struct identity *is, const char *shown);

/* What is in doubt about it, as far as something is; and the same, to be changed. */
static inline struct held token_held(const struct token *t)
{
    return t->doubt ? t->doubt->held : (struct held){ .at = TIME_NONE };
}
static inline struct leap token_leap(const struct token *t)
{
    return t->doubt ? t->doubt->leap : (struct leap){ 0 };
}
static inline bool token_is_held(const struct token *t)
{
    return t->doubt && t->doubt->held.at != TIME_NONE;
}
struct doubt *token_own_doubt(struct token *t);
void token_set_doubt(struct token *t, const struct held *held, const struct leap *leap);

/* Counts its deletions, to be changed. */
struct alert *token_own_deletion(struct token *t);
/* What it has of the rule at this place. */
struct alert token_alert(const struct token *t, size_t rule);
/* The same, to be changed. `rules`: how many there are. */
struct alert *token_own_alert(struct token *t, size_t rules, size_t rule);

/* A copy with an own copy of all that can change; name, slug and marks are shared. `rules`: how
 * many alerts. */
void token_clone(const struct token *t, size_t rules, struct token *ret);
void token_clone_done(struct token *t); /* all but those */
void token_names_done(struct token *t); /* those alone */
/* Its own copy of the names that it shared. */
void token_own_names(struct token *t);
/* It was seen at `at` and nothing about it changed. */
void token_see(struct token *t, unix_s at);

/* Adds a token that is not there yet; the names are copied, the slug made, every stamp TIME_NONE.
 * The pointer lives until the next add or remove. */
struct token *token_set_add_as(struct token_set *f, const struct identity *is, const char *shown);
/* One that is known by its name alone. */
struct token *token_set_add(struct token_set *f, const char *name);
struct token *token_set_find(struct token_set *f, struct span key); /* NULL: there is none */

/* The token whose bytes in the last list had this hash, NULL when there is none: its decoding can
 * be spared. A hash of 0 is nobody's. */
struct token *token_set_recognise(struct token_set *f, uint64_t element_hash);
void token_set_remember(struct token_set *f, struct token *t,
                        uint64_t element_hash); /* 0: forgets */

/* Moves a token, with all that it owns, from another set; its key must not be in `f` yet. What
 * is left of it in the other set has no name and is good only for token_set_done. */
struct token *token_set_adopt(struct token_set *f, struct token *from);

/* Puts a changed clone in the place of its token: bytes stay the set's, and so do names that the
 * clone shares. What was there before is the caller's, for token_clone_done; for token_done if the
 * clone had names of its own. */
void token_set_exchange(struct token_set *f, size_t place, struct token *clone);

/* Removes a token and frees what it owns. The last one takes its place in `tokens`: remove while
 * walking backwards. */
void token_set_remove(struct token_set *f, struct token *t);

/* One list is read so: token_set_begin; `listed = true` for each token that appears; once the list
 * is complete and valid token_set_loss_of says what it lacks, and token_set_note takes that to each
 * token, suspicious or not. A suspicious list ends there. After a plausible one each token is
 * booked: token_set_book; token_set_is_gone: it counts as deleted. Only then are newcomers added,
 * for they would dilute what the list has lost. */
void token_set_begin(struct token_set *f);

/* What a complete list lacks of the tokens that were not missing before it. */
struct token_set_loss {
    bool suspicious; /* more than half of them at once */
    bool mass;       /* more than half of all, at once or in parts */
    bool plausible;  /* to be believed: not suspicious, or the TOKEN_SET_PATIENCE-th in a row */
    int run;         /* suspicious lists in a row, this one counted, for token_set.suspicious */
};
struct token_set_loss token_set_loss_of(const struct token_set *f);

/* Notes presence or absence in a list that was read at `now`. */
void token_set_note(struct token *t, const struct token_set_loss *loss, unix_s now);

/* The list has this token, but its element cannot be read. */
void token_set_list_unread(struct token *t, const char *why);
/* Whether any reading of it was ever taken in. */
bool token_set_was_read(const struct token *t);
/* Takes over whether a listed token can be read; true when that changed. */
bool token_set_settle_unread(struct token *t);

/* Books presence or absence in a plausible list; true when `missing` changed. */
bool token_set_book(struct token *t);
bool token_set_is_gone(const struct token *t, unix_s now);

/* How long a token must be absent before it counts as deleted. */
int64_t token_set_patience_s(const struct token *t);

/* Since when the set lacks more than half of its tokens; TIME_NONE: it does not. `ret_lost`: how
 * many are absent. */
unix_s token_set_lost_since(const struct token_set *f, size_t *ret_lost);
