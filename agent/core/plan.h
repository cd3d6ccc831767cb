/* What one poll, one answer or the mere passing of time would change about an account.
 *
 * A plan is made from what is known, which it leaves as it is, bit for bit; it is written in one
 * transaction, and only then does memory adopt it. A plan that is dropped never was. The daemon,
 * the benches and a back-test all keep their books with it, and with nothing else.
 *
 * A token about which something changes gets a shadow, a copy that the plan changes in its stead;
 * one that time alone passes for is judged where it is. Pure: no clock, no store. Stages, in this
 * order, each of which may be left out:
 *
 *     plan_begin
 *     plan_step                       the wall clock was set
 *     plan_judge_list                 what a complete list lacks; a suspicious one ends here
 *     plan_take, for each reading;  plan_book_list;  plan_add, plan_return, for each newcomer
 *     plan_spend                      consumption that no balance shows
 *     plan_claim, plan_forecast       full forecasts, as many as there is time for
 *     plan_judge                      forecasts, rules, what is worth storing and telling
 *     plan_judge_account
 *     (written)  plan_adopt
 *
 * The newcomers of a long list come in several plans: the first has the list and some of them, each
 * of the others some more (plan_base.goes_on, .more).
 */
#pragma once

#include "core/alert_event.h"
#include "core/doubt.h"
#include "core/forecast_queue.h"
#include "core/outlook.h"
#include "core/presence.h"
#include "core/sight.h"

/* The series of an account: its tokens, its credits (one or none), itself (one or none). */
enum plan_set { PLAN_TOKENS, PLAN_CREDITS, PLAN_SELF, PLAN_SETS };

/* Stands for the row of the poll that is planned, until that has one. */
#define PLAN_THIS_POLL INT64_C(-1)
#define PLAN_NOWHERE SIZE_MAX /* the place of a token that its set does not have yet */

/* An edit of our own that no reading showed yet. */
struct plan_edit {
    const char *token; /* borrowed */
    struct maybe_money balance;
    bool booked; /* set by the plan */
};

/* What only the store knows, of a token whose leap may be undone by this poll. */
struct plan_undo {
    int64_t token;
    struct entry *booked; /* owned by whoever gathered it; since the leap, oldest first */
    size_t count;
    struct accuracy record; /* of the forecasts that came due before it */
};

/* What is known before. All borrowed for the plan's life, and left as it is. */
struct plan_base {
    const struct token_set *sets[PLAN_SETS]; /* NULL: there is none */
    const char *account;
    const struct rule_set *rules;  /* in whose order alerts are */
    const bool *new_rules;         /* which of them are new to the account; NULL: none */
    int64_t interval_s, stale_s;   /* between polls; after which a reading is stale */
    const struct own_key *own_key; /* of the account; NULL: nothing is known */
    bool overruled;                /* a configured rule stands for the built-in one */
    bool goes_on; /* plans of the same list were adopted: whom they judged stands */
    bool more;    /* newcomers of the list follow: what new rules find waits for the last of them */
    bool trusted; /* readings that were believed before: nothing is held, nothing undone */
    struct plan_edit *edits;
    size_t edit_count;
    const struct plan_undo *undos;
    size_t undo_count;
};

/* What was booked of a token: entries, and the reading they lead to. */
struct plan_booking {
    int64_t poll; /* PLAN_THIS_POLL, or the row of the poll that read it first */
    struct change change;
    bool differs; /* the reading is to be stored: */
    bool alone;   /* without a change, for it is the first, or others say what it changed */
    struct reading reading;
};

enum plan_fate { PLAN_STAYS, PLAN_IS_NEW, PLAN_RETURNS, PLAN_IS_DELETED };

/* A token that the plan changes. */
struct plan_token {
    struct token is; /* as it will be */
    enum plan_set set;
    size_t place; /* in its set, or PLAN_NOWHERE */
    enum plan_fate fate;
    struct plan_booking *bookings; /* owned; two at most: a held reading's and the new one's */
    size_t booking_count;
    int64_t undone;      /* all that was booked from this poll on is reversed; 0: nothing is */
    unix_s scores_since; /* forecasts that came due after it are forgotten; TIME_NONE: none */
    unix_s revoked_at; /* of one that is deleted: since when it is revoked; TIME_NONE: it is not */
    bool renamed;      /* it is somebody by another name, or by more: its names are its own */
    bool doubts;       /* held or leap changed */
    bool refuted;      /* what was held turned out to be wrong */
    bool moved;        /* its reading changed: worth telling */
    bool dirty;        /* so did something that no reading says: worth storing, too */
    bool tells;        /* its state is to be published */
    bool stores;       /* its state is to be stored */
    bool keeps_curve;  /* its curve, or that it has none, is to be stored */
};

/* A forecast that is remembered, in the order of events. */
struct plan_tracked {
    struct plan_token *of;
    enum { PLAN_TRACKED_MADE, PLAN_TRACKED_DROPPED, PLAN_TRACKED_SCORED } what;
    int place;
    struct tracked_forecast forecast;
    struct score score;
};

/* An alert that moved; with a transition it is an event, too. */
struct plan_event {
    const struct plan_token *of;
    const struct rule *rule;      /* of the base, or the plan's own */
    size_t rule_place;            /* in the base's set; PLAN_NOWHERE: not there */
    struct alert alert;           /* after it */
    struct transition transition; /* TRANSITION_NONE: only the row of the alert changes */
    const char *reason;           /* static, or the caller's; NULL: a value crossed a threshold */
    bool gone;                    /* nothing stands behind its topic any more */
    bool life;                    /* about the token itself: no alert is retained */
    size_t digest;   /* that reports it: its place in `events`, plus one; 0: it does so itself */
    size_t findings; /* of a digest: so many events before it; 0: it is none. Has no alert's row */
    const struct outage *outage; /* the caller's; of the account's own alerts, else NULL */
};

/* What was made of a token that is as it was. */
struct plan_look {
    enum plan_set set;
    size_t place;
    struct judged judged;
};

/* What to recognise a known token's element by. */
struct plan_bytes {
    size_t place;
    uint64_t hash;
};

struct plan {
    struct plan_base base;
    unix_s at;
    int64_t poll;               /* that all belongs to: PLAN_THIS_POLL, or a row */
    struct plan_token **blocks; /* owned, as are all below; shadows, many in each */
    size_t block_count;
    struct plan_token **touched;
    size_t touched_count, touched_room;
    uint32_t *shadow_of[PLAN_SETS]; /* by place: in `touched`, plus one; 0: none */
    struct plan_event *events;
    size_t event_count, event_room;
    struct plan_event *findings; /* until they are reported at the end of plan_judge */
    size_t finding_count, finding_room;
    struct plan_tracked *tracked;
    size_t tracked_count, tracked_room;
    struct plan_bytes *bytes;
    size_t byte_count, byte_room;
    struct plan_look *looks;
    size_t look_count, look_room;
    struct rule **own_rules;
    size_t own_rule_count;
    char **own_texts;
    size_t own_text_count;
    bool lists;                /* a complete, plausible list: who was in it was seen `at` */
    struct presence_loss loss; /* of a list that was judged */
    bool judged;
    int64_t step_s;                     /* the wall clock was set by so much */
    bool moves;                         /* something was spent that no list shows */
    bool scores;                        /* forecasts came due, or were forgotten */
    struct outlook outlooks[PLAN_SETS]; /* of what was judged: plan_outlook */
    struct plan_dry {
        unix_s at; /* the earliest likely exhaustion; TIME_NONE: none in sight */
        int64_t token;
    } dry[PLAN_SETS]; /* plan_dry */
    size_t promises_left;
};

/* The plan is the caller's to free. `poll`: PLAN_THIS_POLL, or the row that it all belongs to. */
struct plan *plan_begin(const struct plan_base *base, unix_s at, int64_t poll);
void plan_free(struct plan *p); /* accepts NULL */

/* The shadow of a token, made when there is none. Lives as long as the plan. */
struct plan_token *plan_touch(struct plan *p, enum plan_set set, size_t place);
/* A token as it will be, for all that was planned so far. */
const struct token *plan_token_at(const struct plan *p, enum plan_set set, size_t place);

/* The wall clock was set by so much: burn, curves and forecasts move with it, and so do the times
 * since when tokens are absent and alerts hold. */
void plan_step(struct plan *p, int64_t step_s);

/* ---- a list, whose tokens are marked as listed in the base ---- */

/* True: it is plausible. */
bool plan_judge_list(struct plan *p);
/* A known token's reading. `hash`: of its bytes, to recognise it by; 0: none. */
void plan_take(struct plan *p, enum plan_set set, size_t place, const struct reading *is,
               uint64_t hash);
/* How many of the tokens in the list have no name that can be read: while there are some, none is
 * absent. */
void plan_book_list(struct plan *p, size_t nameless);
/* A known token is called, shown or described otherwise from now on; its row and all that hangs on
 * it stay. */
void plan_rename(struct plan *p, size_t place, const struct identity *is, const char *shown);
/* The list says that a known token was revoked: its end, reported once. `at` TIME_NONE: nobody says
 * when. */
void plan_revoke(struct plan *p, size_t place, unix_s at);
/* Never seen before; `seen` has its name, slug, series and reading. */
struct plan_token *plan_add(struct plan *p, enum plan_set set, const struct token *seen);
/* It was deleted once: `known` is all that the store has of it, and is moved from. */
struct plan_token *plan_return(struct plan *p, struct token *known, const struct token *seen);

/* ---- answers beside the list ---- */

/* The credits, as reported. */
void plan_credits(struct plan *p, struct money left);
/* The credits, as counted down: what left them since `since` was spent. `given`: a person set them
 * anew, so whatever moved was no consumption. */
void plan_estimate(struct plan *p, struct money left, unix_s since, bool given);
/* Consumption that the token's balance does not show. */
void plan_spend(struct plan *p, size_t place, const struct entry *e);
/* Without a budget a token's burn is known up to an answer about it. */
void plan_see_spending(struct plan *p, unix_s until);
void plan_drift(struct plan *p, enum plan_set set, size_t place, struct money drift);

/* ---- forecasts ---- */

/* Scores what came due, and fills the queue with the tokens that want a full forecast. */
void plan_claim(struct plan *p, enum plan_set set, struct forecast_queue *queue);
/* False: what the store has of its past is wrong until this plan is written. Else adds what the
 * plan booked to a past that holds what the store has. */
bool plan_add_past(const struct plan_token *t, struct past *past);
/* A full forecast of it. */
void plan_forecast(struct plan_token *t, const struct past *past);
/* The same of a token that no plan is about. */
void token_forecast(struct token *t, const struct past *past);

/* ---- judging ---- */

/* Each token of a set: its forecast, the rules, and what is worth storing and telling. With a list
 * not all of those that are as they were. */
void plan_judge(struct plan *p, enum plan_set set);
/* What the tokens and the credits that were judged ask of the next poll, and when the first of them
 * is likely to be empty. */
struct outlook plan_outlook(const struct plan *p);
struct plan_dry plan_dry(const struct plan *p);
/* As presence_lost_since, after a list that was judged. */
unix_s plan_lost_since(const struct plan *p, size_t *ret_lost);
/* The rules about the account itself, which was unread for so long; `o` says why, or of one that
 * can be read again, why it could not. */
void plan_judge_account(struct plan *p, int64_t unread_s, const struct outage *o);
/* Whether that would change anything. */
bool plan_account_moves(const struct plan *p, int64_t unread_s, const struct outage *o);
/* Ends the alert of a rule that the base does not have; `t` has it no more. */
void plan_end_alert(struct plan *p, int64_t token, const struct rule *gone,
                    const struct alert *alert, const char *reason);

/* ---- the end ---- */

/* The sets take over what was planned; never fails. `kept`, or NULL: what they had of each token
 * that was touched for the first time moves there, to go back to, unless its deletion was reported;
 * PLAN_THIS_POLL is no row then. */
void plan_adopt(struct plan *p, struct token_set *sets[PLAN_SETS], struct token_set *kept);
/* The poll that all belongs to is this row; 0: it has none, for it could not be stored. */
void plan_resolve(struct plan *p, int64_t poll);
/* Goes back: books are as in `kept`, which is empty then; alerts stay as they are, and what was
 * believed meanwhile need not be doubted again. Tokens that have no row are forgotten. */
void plan_return_to(struct token_set *set, struct token_set *kept);
