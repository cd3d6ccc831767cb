/* One token as this program believes it to be: what it is called, what was read of it last, how
 * fast it burns, how long it lasts, which alerts it has. The credits of an account and the account
 * itself are series of the same kind.
 *
 * Most tokens are idle: what only some of them have is allocated when it is needed. */
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
    struct marks *marks;   /* owned; NULL: nothing but the name is known */
    struct reading last;   /* last.name is what it is called, which rules match */
    unix_s seen_at;        /* the poll that saw it last */
    int64_t stepped_s;     /* by so much the wall clock was set since */
    uint64_t element_hash; /* of its bytes in the last list; 0: not known */
    enum series series;    /* SERIES_TOKEN, or SERIES_CREDITS in a set of its own */
    int missing;  /* complete lists in a row without it, at most PRESENCE_PATIENCE, no suspicious
                     ones */
    int unbooked; /* lists without it that presence_note saw and presence_book has not counted
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
    struct maybe_money drift; /* reported consumption minus what the balance shows, of the newest
                                 day that was compared */
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

/* The list has this token, but its element cannot be read. */
void token_list_unread(struct token *t, const char *why);
/* Whether any reading of it was ever taken in. */
bool token_was_read(const struct token *t);
/* Takes over whether a listed token can be read; true when that changed. */
bool token_settle_unread(struct token *t);
