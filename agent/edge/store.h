/* SQLite: the one truth on disk. Speaks tokens, entries, alerts and messages, never SQL.
 *
 * One writer, guarded by a lock file; WAL with synchronous=FULL. Everything one poll found out is
 * one transaction: it happened whole or not at all. Readers (CLI, dashboards) work beside the
 * writer and after it died. FAULT_RETRY: busy, disk full, or an error of the disk: the transaction
 * was rolled back. FAULT_FATAL: our own mistake, or, when it is opened, a file that is damaged,
 * foreign or newer. */
#pragma once

#include "base/text.h"
#include "core/calendar.h"
#include "core/ledger.h"
#include "core/schedule.h"
#include "core/sight.h"
#include "core/token_set.h"

enum store_mode {
    STORE_WRITE,
    STORE_READ,
    STORE_GLANCE, /* as STORE_READ, and nobody who has locked the file is waited for */
};

struct store;

/* STORE_WRITE takes the lock, creates or migrates; the others never change anything. FAULT_FATAL.
 */
MUST_CHECK bool store_open(const char *path, enum store_mode mode, struct store **ret,
                           struct fault *why);
void store_close(struct store *s);  /* accepts NULL */
void store_glance(struct store *s); /* from now on one of STORE_READ is one of STORE_GLANCE */

/* The journal (WAL) is emptied into the database now and then; a reader that keeps a transaction
 * open prevents it, and the journal grows with every poll. */
enum { JOURNAL_USUAL_BYTES = 8 << 20, JOURNAL_MUCH_BYTES = 16 << 20 };
int64_t store_journal_bytes(const struct store *s);
/* Empties one that is larger than usual. *ret_held: a reader stands in the way of it, and it is
 * large. */
MUST_CHECK bool store_tend_journal(struct store *s, bool *ret_held, struct fault *why);

/* An id of this database, eight hex digits, for ids that must be unique beyond it. */
const char *store_id(const struct store *s);

/* Notes that a run began then; TIME_NONE: that it ended in order. */
MUST_CHECK bool store_put_running(struct store *s, unix_s since, struct fault *why);

MUST_CHECK bool store_begin(struct store *s, struct fault *why);
MUST_CHECK bool store_commit(struct store *s, struct fault *why); /* rolls back on failure */
void store_rollback(struct store *s);

/* While it owes, alerts and events that are put are kept instead of written. */
void store_owe(struct store *s, bool owes);
/* Within a transaction: writes down those that were kept, in their order. */
MUST_CHECK bool store_make_up(struct store *s, struct fault *why);
void store_made_up(struct store *s); /* after its commit: forgets them */
MUST_CHECK bool store_touch(struct store *s, struct fault *why); /* a write for its own sake */

/* ---- within a transaction ---- */

/* The row of an account, made if new; `interval_s` is kept for readers. `ret_last_ok`: the last
 * complete, plausible poll, or TIME_NONE. */
MUST_CHECK bool store_account(struct store *s, const char *name, int64_t interval_s,
                              int64_t *ret_id, unix_s *ret_last_ok, struct fault *why);

/* A firing alert whose rule is no longer configured, or is of another kind now. */
struct orphan_alert {
    int64_t token;
    char rule[RULE_NAME_BYTES];
    enum rule_kind kind; /* that it was raised by */
    bool changed;        /* there is a rule of this name, of another kind */
    struct alert alert;
};

struct orphan_alerts {
    struct orphan_alert *at; /* owned */
    size_t count;
};
void orphan_alerts_done(struct orphan_alerts *o);

/* All living tokens of an account in the order of their ids, with their histories and alert states,
 * which find their rules by name, and the run of suspicious lists. Both results are the caller's to
 * release. */
MUST_CHECK bool store_load_tokens(struct store *s, int64_t account, const struct rule_set *rules,
                                  struct token_set *ret, struct orphan_alerts *ret_orphans,
                                  struct fault *why);

/* The account's credits as a set of one, or of none before they were first reported; orphans are
 * added to those there. */
MUST_CHECK bool store_load_credits(struct store *s, int64_t account, const struct rule_set *rules,
                                   struct token_set *ret, struct orphan_alerts *orphans,
                                   struct fault *why);

/* One series of them as the daemon has it, for whoever only reads: a set of one, or of none when
 * it is not there. Also of a STORE_READ store, like store_load_past. */
MUST_CHECK bool store_load_series(struct store *s, int64_t account, enum series series, int64_t id,
                                  struct token_set *ret, struct fault *why);

/* The account itself as a set of one, which alerts about it hang on; its row must be there. */
MUST_CHECK bool store_load_self(struct store *s, int64_t account, const struct rule_set *rules,
                                struct token_set *ret, struct orphan_alerts *orphans,
                                struct fault *why);
/* Fills t->id with that row, or leaves it. */
MUST_CHECK bool store_find_self(struct store *s, int64_t account, struct token *t,
                                struct fault *why);

MUST_CHECK bool store_load_sight(struct store *s, int64_t account, struct sight *ret,
                                 struct fault *why);
MUST_CHECK bool store_put_sight(struct store *s, int64_t account, const struct sight *sight,
                                struct fault *why);

/* The rules that an account was last judged by, each with its terms in words. */
MUST_CHECK bool store_rule_is_known(struct store *s, int64_t account, const char *rule,
                                    const char *terms, bool *ret, struct fault *why);
MUST_CHECK bool store_forget_rules(struct store *s, int64_t account, struct fault *why);
MUST_CHECK bool store_know_rule(struct store *s, int64_t account, const char *rule,
                                const char *terms, struct fault *why);

/* The accounts that are configured, or were until now. */
struct account_names {
    struct account_name {
        int64_t id;
        char name[64];
    } * at; /* owned */
    size_t count;
};
void account_names_done(struct account_names *n);
MUST_CHECK bool store_accounts(struct store *s, struct account_names *ret, struct fault *why);
MUST_CHECK bool store_remove_account(struct store *s, int64_t account, unix_s at,
                                     struct fault *why);

/* Adds the hours of one token that a forecast looks back on; needs past->last_seen. */
MUST_CHECK bool store_load_past(struct store *s, int64_t token, struct past *past,
                                struct fault *why);

/* The token's curve as it is, or that it has none. */
MUST_CHECK bool store_put_curve(struct store *s, const struct token *t, struct fault *why);

/* A forecast that is remembered at one of its token's places, until it is scored. */
MUST_CHECK bool store_put_tracked(struct store *s, int64_t token, int place,
                                  const struct tracked_forecast *p, struct fault *why);
MUST_CHECK bool store_drop_tracked(struct store *s, int64_t token, int place,
                                   struct fault *why); /* unscored */
/* What became of it; the place is free. Of one token the newest SCORES_KEPT are kept. */
MUST_CHECK bool store_add_score(struct store *s, int64_t token, int place,
                                const struct tracked_forecast *p, const struct score *score,
                                struct fault *why);
/* Of the newest forecasts of an account that came due. */
MUST_CHECK bool store_accuracy(struct store *s, const char *account, struct accuracy_summary *ret,
                               struct fault *why);

struct poll_row {
    int64_t account;
    unix_s at;
    enum poll_result result;
    int http_status;    /* 0: no answer */
    const char *reason; /* NULL when ok */
    int64_t tokens, changed, missing, bytes, took_ms;
    int64_t calls; /* to the API since the poll before, of every kind */
};
/* Comes first in its transaction: what is added after it belongs to this poll. */
MUST_CHECK bool store_add_poll(struct store *s, const struct poll_row *row, struct fault *why);
/* When the next poll of an account is planned, and why then; see 0003_money.sql. */
struct plan_row {
    int64_t account;
    unix_s next_poll_at;
    enum rhythm rhythm;
    int64_t wait_s;
    int64_t token;                      /* 0: none */
    unix_s about_at;                    /* TIME_NONE: none */
    int64_t stale_s, calls_milli_per_s; /* a reading older than stale_s is stale */
    struct schedule_rest rest;
    const char *url; /* of the API that it is about */
};
MUST_CHECK bool store_put_plan(struct store *s, const struct plan_row *row, struct fault *why);

/* What outlived the process of an account's plan. */
struct plan_memory {
    bool known; /* false: it was never polled, or under another URL */
    struct schedule_rest rest;
    unix_s polled_at; /* the last poll, and how it ended */
    enum poll_result result;
};
MUST_CHECK bool store_load_plan(struct store *s, int64_t account, const char *url,
                                struct plan_memory *ret, struct fault *why);

/* Stamps before `floor`, of a clock that was never set, move by `step_s`; sums of such hours and
 * days join those that are there. */
MUST_CHECK bool store_rebase(struct store *s, unix_s floor, int64_t step_s, struct fault *why);
/* Tokens of an account that were first seen from `began` on move by `step_s`. */
MUST_CHECK bool store_step_newcomers(struct store *s, int64_t account, unix_s began, int64_t step_s,
                                     struct fault *why);
int64_t store_last_poll(const struct store *s); /* the id of the poll row added last */
void store_resume_poll(
    struct store *s,
    int64_t poll); /* what is added now belongs to an earlier poll of the account */

/* The row of a deleted token of t's key, or of its name without an id, is living again. Fills t->id
 * (0: there was none) and t->slug. What was known of it is loaded with the set from then on. */
MUST_CHECK bool store_revive_token(struct store *s, int64_t account, struct token *t, unix_s at,
                                   struct fault *why);

/* A new token, a new generation of its name, or the one that consumption named before; the
 * credits too. Fills t->id, and t->slug where another living token has it. */
MUST_CHECK bool store_add_token(struct store *s, int64_t account, struct token *t, unix_s at,
                                struct fault *why);

/* Whether this poll's reading alone shows a change: see ledger_follows. Anything else makes
 * store_put_token necessary. */
bool store_follows(const struct store *s, const struct change *c);
/* Its name changed, or more is known of it: its identity and the name that it is shown by. */
MUST_CHECK bool store_put_names(struct store *s, const struct token *t, unix_s at,
                                struct fault *why);
/* A reading that differs from the one before, with what it changed; `c` NULL: it is the first, or
 * what it changed is in other rows. A change that follows from readings costs this row alone. */
MUST_CHECK bool store_add_reading(struct store *s, const struct token *t, const struct change *c,
                                  struct fault *why);
/* A change without a reading of its own: its entries, and their sums by hour and day. */
MUST_CHECK bool store_add_change(struct store *s, int64_t token, const struct change *c,
                                 struct fault *why);
/* Current state for readers: last reading, burns, forecast, missing count. To be called when
 * something changed that does not follow from the readings (terms, presence, a top-up, a clock that
 * was set), and when it misleads otherwise (gist_misleads). Balances and consumption that follow
 * are in the readings: readers add them, and store_checkpoint writes them down. */
MUST_CHECK bool store_put_token(struct store *s, const struct token *t, struct fault *why);
/* When an hour is over, what the readings since the last checkpoint say of sums and balances is to
 * be written down: between polls, of so many tokens at a time that none takes long, each in a
 * transaction. `ret_more`: there are others. */
MUST_CHECK bool store_checkpoint(struct store *s, unix_s now, bool *ret_more, struct fault *why);
/* `revoked_at`: since when, of one that was revoked; TIME_NONE: it was not. */
MUST_CHECK bool store_delete_token(struct store *s, const struct token *t, unix_s at,
                                   unix_s revoked_at, struct fault *why);

MUST_CHECK bool store_put_alert(struct store *s, int64_t token, const struct rule *rule,
                                const struct alert *a, struct fault *why);
struct event_row {
    const char *id, *rule, *unit, *summary;
    int64_t token;
    struct transition transition;
    unix_s at, since;   /* since: start of the episode */
    const char *reason; /* why there is no value; NULL: there is one */
    const char
        *digest; /* id of the event that reported it with others; NULL: it was reported itself */
};
MUST_CHECK bool store_add_event(struct store *s, const struct event_row *row, struct fault *why);

/* How the last poll of an account ended. */
struct poll_end {
    unix_s at; /* TIME_NONE: there was none yet */
    enum poll_result result;
    struct text reason; /* owned; empty: none */
};
MUST_CHECK bool store_last_poll_of(struct store *s, int64_t account, struct poll_end *ret,
                                   struct fault *why);

/* ---- the outbox: messages in the order of sending, until the broker has acknowledged them ---- */

struct message {
    int64_t id; /* > 0, ascending */
    const char *topic;
    struct span payload; /* empty and retained: clears the topic */
    bool retain;
};

/* A retained message takes the place of the one before on its topic, so an outage cannot pile them
 * up. */
MUST_CHECK bool store_post(struct store *s, const struct message *m,
                           struct fault *why); /* m->id is not used */

/* The first unacknowledged message with an id above `after`; *ret_found is false when there is
 * none. Its texts live until the next one is asked for. */
MUST_CHECK bool store_next_message(struct store *s, int64_t after, struct message *ret,
                                   bool *ret_found, struct fault *why);
MUST_CHECK bool store_acknowledge(struct store *s, int64_t message, struct fault *why);
/* The broker did not accept the message: it stays, with the reason, and is not sent again before
 * store_retry_refused says so. `retry_at` TIME_NONE: whenever that is asked; else not before. Fills
 * the topic; "" when the message is gone. */
MUST_CHECK bool store_refuse(struct store *s, int64_t message, const char *reason, unix_s retry_at,
                             struct text *ret_topic, struct fault *why);
/* Those that were refused and are due again may be sent again. */
MUST_CHECK bool store_retry_refused(struct store *s, unix_s now, struct fault *why);
/* Where retained messages are: the broker, and the base of their topics. */
struct retained_at {
    struct text address, base; /* owned */
    bool told;                 /* the last run ended with every state acknowledged there */
};
void retained_at_done(struct retained_at *r);
/* Notes where they go from now on, and that they are not all told; `ret_before` is where they went
 * before, or empty. */
MUST_CHECK bool store_set_retained_at(struct store *s, const char *address, const char *base,
                                      struct retained_at *ret_before, struct fault *why);
MUST_CHECK bool store_set_told(struct store *s, bool told, struct fault *why);
/* A state is about to be published under a topic for the first time: from now on the broker may
 * hold something there, and what cleared the topic earlier is not sent again. */
MUST_CHECK bool store_add_state_topic(struct store *s, const char *topic, struct fault *why);
MUST_CHECK bool store_forget_state_topic(struct store *s, const char *topic, struct fault *why);
/* What the broker said to the newest state of a topic; `reason` NULL: it accepted it. */
MUST_CHECK bool store_refuse_state(struct store *s, const char *topic, const char *reason,
                                   struct fault *why);
/* `see` must not touch the store. */
MUST_CHECK bool store_each_state_topic(struct store *s,
                                       void (*see)(void *context, struct span topic, bool refused),
                                       void *context, struct fault *why);
MUST_CHECK bool store_copy_retained(struct store *s, const char *topic, const char *to,
                                    struct fault *why);
/* The token of what is retained under a topic is shown by this name from now on. */
MUST_CHECK bool store_rename_retained(struct store *s, const char *topic, const char *name,
                                      struct fault *why);
/* Each topic that something is retained under, of a state or an alert, in no order; `see` must not
 * touch the store. */
MUST_CHECK bool store_each_retained(struct store *s, void (*see)(void *context, struct span topic),
                                    void *context, struct fault *why);
/* Nothing is known any more of what is retained under a topic. */
MUST_CHECK bool store_forget_retained(struct store *s, const char *topic, struct fault *why);
/* Posts the message that clears a topic, of which nothing is retained any more. */
MUST_CHECK bool store_clear_topic(struct store *s, const char *topic, struct fault *why);
/* Nothing is known any more of topics that were cleared, or are still to be. */
MUST_CHECK bool store_forget_cleared(struct store *s, struct fault *why);
/* The broker is new or came back: everything retained in the outbox is to be sent again. */
MUST_CHECK bool store_resend_retained(struct store *s, struct fault *why);

/* What waits for the broker: events, and whatever it refused. */
struct outbox_depth {
    int64_t events, bytes;
    unix_s oldest_at;    /* TIME_NONE: no event waits */
    int64_t refused;     /* messages, retained ones too */
    unix_s delivered_at; /* the last acknowledgement; TIME_NONE: none yet */
};
/* `refusal` is the broker's answer to the first that it refused, "" when there is none. */
MUST_CHECK bool store_outbox(struct store *s, struct outbox_depth *ret, struct text *refusal,
                             struct fault *why);

/* Events of one topic that are gone from the outbox, and for which one message is to be put in. */
struct merged {
    char *topic;     /* owned */
    int64_t message; /* the place in the outbox of the oldest of them */
    int64_t events;
    unix_s from, until;
};
struct merged_list {
    struct merged *at; /* owned */
    size_t count;
};
void merged_done(struct merged_list *d);
/* Takes about `most` events of closed alerts, whole episodes and the oldest first, out of the
 * outbox, and with them the messages that stand for earlier ones; leaves those up to `after`, which
 * are on their way. Within a transaction, in which each of the new ones is put in. */
MUST_CHECK bool store_merge_events(struct store *s, int64_t after, int64_t most,
                                   struct merged_list *ret, struct fault *why);
MUST_CHECK bool store_put_merged(struct store *s, const struct merged *d, struct span payload,
                                 struct fault *why);

/* The connection to the broker, for readers. */
struct broker_row {
    const char *address, *state, *version;
    const char *reason; /* NULL: none */
    unix_s since;       /* of the state, if it is another one than before */
};
MUST_CHECK bool store_put_broker(struct store *s, const struct broker_row *row, struct fault *why);
MUST_CHECK bool store_set_delivered(struct store *s, unix_s at, struct fault *why);

/* The rest of what others may ask, part by part. */
#include "edge/store/credits.h"
#include "edge/store/doubt.h"
#include "edge/store/export.h"
#include "edge/store/own_key.h"
#include "edge/store/reader.h"
#include "edge/store/retention.h"
#include "edge/store/slice.h"
#include "edge/store/usage.h"
