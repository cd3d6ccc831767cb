/* What the files of the wiring share: the agent, its accounts, and the three stages of a poll. */
#pragma once

#include "base/condition.h"
#include "core/forecast_queue.h"
#include "core/rate_limit.h"
#include "core/schedule.h"
#include "core/splitter.h"
#include "daemon/agent.h"
#include "daemon/api_call.h"
#include "edge/edits.h"
#include "edge/fetch.h"
#include "edge/publish.h"
#include "edge/store.h"
#include "edge/store/usage.h"
#include "edge/wire.h"

/* A known token whose bytes were not those of last time. */
struct observation {
    struct token *token;    /* in the account's fleet, which stays as it is while a poll runs */
    struct reading reading; /* its name is the token's */
    uint64_t hash;
    bool returned; /* after its deletion: a balance that differs was set when the token was made
                      anew */
};

/* A poll under way, or just over. */
struct poll {
    struct transfer *transfer;        /* owned; NULL when over, or waiting for the budget */
    char *next_url;                   /* owned; the page that waits for the budget, else NULL */
    struct splitter *splitter;        /* owned; of the page being read */
    struct observation *observations; /* owned */
    size_t observation_count, observation_room;
    struct token_set fresh; /* tokens never seen before, with their first reading */
    size_t listed;          /* tokens we know */
    int64_t elements;       /* read so far, whatever they were */
    size_t named_before;    /* tokens on the pages before this one */
    size_t unread,
        nameless;      /* tokens whose element cannot be read; elements without a name that can */
    struct text flaws; /* of the first of them, for people */
    size_t changed;    /* fresh ones, and known ones whose reading differs */
    int pages, idle_pages; /* read or under way; those in a row that brought no new token */
    char *page_url;        /* owned; of the page under way */
    uint64_t *seen_urls;   /* owned; hashes of the pages that were asked for */
    mono_ms began;
    struct text error; /* the first bytes of an answer that is no list */

    enum poll_result result;
    bool over, faulty; /* faulty: `why` says what; the rest of the body is not read */
    struct fault why;
    int status;
    int64_t bytes, took_ms, retry_after_s;
    bool is_planned;
    struct schedule planned; /* with the next poll booked; the account's once this one is stored */
};

/* What the consumption endpoint told of an account, and the call that asks it. */
struct consumption {
    struct api_call call;
    struct usage_range range; /* asked for */
    unix_s asked_at;
    struct usage_known known; /* as stored */
    unix_s pass_first; /* first day of a pass over several days, which may take several answers */
    unix_s resume;     /* the day that the pass goes on with; TIME_NONE: none is under way */
    struct schedule schedule;
};

/* What is left on an account, and the call that asks it. */
struct credits {
    struct api_call call;
    bool wanted;             /* the poll that runs is to ask; waits for the budget */
    struct token_set series; /* one, or none before they were first told */
    struct forecast_queue forecast_queue;
    struct text reason; /* why they were not told last; empty: they were */
};

/* What rules that are new here found with this poll; reported together at its end. */
struct findings {
    struct found_alert *at; /* owned */
    size_t count, room;
};

struct account {
    const struct account_settings *settings;
    int64_t id;
    struct token_set self; /* one: the account as what alerts are about */
    struct findings findings;
    bool *new_rules;     /* owned; for each rule, whether it is new to the account. NULL: none is */
    struct sight sight;  /* as stored */
    int64_t failed_s;    /* while it fails: how long it had by then, */
    mono_ms failed_boot; /* by clock_boot */
    unix_s trying_since; /* the first try since the last stored poll began; TIME_NONE: none did */
    mono_ms trying_mono;
    struct text unread_reason; /* why the last poll was not good */
    bool overruled; /* a configured rule is in place of the implied one about unreadable accounts */
    struct token_set fleet;
    struct orphan_alerts orphans; /* firing alerts of rules that are no longer configured */
    struct schedule schedule;
    struct edits edits;       /* of our own commands, which no reading has shown yet */
    struct rate_limit budget; /* every request takes its call from here first */
    struct poll *poll;        /* owned; NULL between polls */
    enum poll_result last_result;
    unix_s last_ok; /* as stored; TIME_NONE: never */
    struct moment
        heard; /* the last good poll since the start, `mono` by clock_boot; unix TIME_NONE: none */
    unix_s began;    /* the first one, by the clock as it is now */
    int polls;       /* since the start */
    unix_s aged_for; /* the last good poll whose readings were found to be stale by time alone */
    mono_ms key_looked_at; /* while the key is refused: its file, last */
    int64_t last_poll;     /* row of the last one since the start; 0: none, or it was not stored */
    struct credits credits;
    struct consumption consumption;
    struct forecast_queue
        forecast_queue; /* full forecasts that the fleet is still to get before its next poll */
    struct accuracy_summary record; /* of its newest forecasts that came due */
    bool scored;                    /* and of some more since */
    bool ahead; /* memory knows what could not be stored, so nothing may be stored on top of it */
};

/* A message that could not be stored. */
struct bypassed {
    char *topic; /* owned */
    struct text payload;
    int64_t tag;
    bool retain, sent, acknowledged;
    bool passing; /* true of the outage alone, and never stored */
};

struct bypass {
    struct bypassed *at; /* owned: those kept, then those noted in the transaction under way */
    size_t count, room, kept;
    size_t noted_retained;
    bool overfull, dropped; /* not all of this transaction, or of the outage, was noted */
    int64_t tags;           /* counts on */
};

/* The time during which the database cannot be written or read. */
struct store_outage {
    struct fault why; /* the newest reason */
    unix_s since;
    mono_ms mend_at; /* the next try to store what is kept in memory */
    bool is_over;    /* and the status does not say so yet */
};

/* How well messages get to the broker: delivery.c. */
struct delivery {
    struct outbox_depth outbox; /* as it was last looked at */
    struct text refusal;        /* the broker's answer to the first message that it refused */
    struct text refused_topic;  /* of one that it refused since the start */
    mono_ms look_at;
    mono_ms moved_at;    /* the broker last answered, or nothing waited */
    mono_ms retry_at;    /* when refused messages are sent again */
    int64_t merge_above; /* events; as many as cannot be merged are left until they are more than
                            that */
    struct text state, reason; /* as stored */
};

struct agent {
    const struct settings *settings;
    struct rule *rules_in_force; /* owned: those of the settings that are on, and the implied one */
    struct rule_set rules;       /* the same */
    struct store *store;
    struct fetch *fetch;
    struct publisher *publisher; /* NULL: no broker configured */
    char *status_topic;
    struct text offline;   /* payload of the will */
    struct text client_id; /* at the broker, where the configuration has none */
    struct delivery delivery;
    struct random random;
    struct account *accounts; /* one for each of the settings */
    size_t account_count;
    int64_t sent_up_to; /* outbox id of the newest message in flight */
    bool outbox_waits;  /* there may be something to send */
    bool starts_over; /* a new connection, and the retained messages are not lined up for it yet */
    bool store_ill;   /* no poll was stored since a write failed: */
    struct store_outage outage;
    struct bypass bypass;
    struct conditions
        conditions; /* what is wrong for longer: logged at its begin, hourly, and at its end */
    bool begun;     /* the store knows that this run began */
    bool once;      /* one poll of each account, then the end: `ebb once` */
    mono_ms opened_at;
    bool reload_wanted;    /* once what is under way has ended */
    bool quiet;            /* nothing arrived in the last turn */
    mono_ms confirm_until; /* of `ebb once` */
    mono_ms slice_due;     /* of forecasts between polls */
    size_t sliced;         /* counts on; whose turn it is */
};

/* A GET of an account, within its limits. */
static inline struct request request_of(const struct account_settings *s, const char *url,
                                        int64_t body_bytes_max)
{
    return (struct request){
        .account = s->name,
        .url = url,
        .key = s->key,
        .connect_timeout_s = s->connect_timeout_s,
        .timeout_s = s->timeout_s,
        .body_bytes_max = body_bytes_max,
        .compression = s->compression,
    };
}

/* ---- account.c: what is known of an account, and the transactions that change it ---- */

/* Finds or makes the account's row, and loads what is known of its tokens. */
MUST_CHECK bool account_open(struct agent *a, struct account *account, struct fault *why);
/* One transaction. When the store fails for now (FAULT_RETRY), memory moves on all the same, ahead
 * of the store, and what was posted goes past it. A poll that is over is written here, too. */
MUST_CHECK bool account_write(struct agent *a, struct account *account,
                              bool (*write)(struct agent *, struct account *, unix_s,
                                            struct fault *),
                              unix_s now, struct fault *why);
/* Loads again what is stored, once the store works and no poll runs, whose observations point into
 * the fleet. */
MUST_CHECK bool account_follow(struct agent *a, struct account *account, struct fault *why);
void account_close(struct account *account);
/* The API refused the key: reads it again from its file. True: it is another one, so that asking
 * again may help; that is logged. Otherwise `why`, what the API said, is told of which file the
 * refused key is. */
bool account_renew_key(struct account *account, struct fault *why);

/* ---- collect.c: one token list, page by page, into observations and fresh tokens ---- */

/* False when it ended at once, as a poll that failed: its result stands. */
MUST_CHECK bool collect_start(struct agent *a, struct account *account);
/* Reads what arrived; true when the poll is over and its result stands. */
bool collect_turn(struct agent *a, struct account *account);
/* When a poll that waits for the budget goes on; MONO_NEVER: it waits for an answer. */
mono_ms collect_deadline(const struct account *account, mono_ms now);
void poll_free(struct poll *p); /* accepts NULL */

/* ---- ingest.c: a finished poll -> one transaction ---- */

/* Takes the account's poll through ledger, burn, forecast and rules into the store. On failure
 * nothing is stored; with FAULT_RETRY it was judged in memory. */
MUST_CHECK bool ingest(struct agent *a, struct account *account, unix_s now, struct fault *why);
/* Adds to a fleet of the account's what was never seen before: `seen` has its name, slug, series
 * and reading. */
MUST_CHECK bool ingest_newcomer(struct agent *a, struct account *account, struct token_set *f,
                                const struct token *seen, unix_s at, struct fault *why);
/* Forecast, rules, and what is worth telling, for each series of a fleet of the account's. */
MUST_CHECK bool ingest_outlook(struct agent *a, struct account *account, struct token_set *f,
                               unix_s at, struct fault *why);

/* ---- belief.c: what a reading does to the books ---- */

/* Moves a known series to its new reading, and stores what that means; or holds it, and stores
 * that. */
MUST_CHECK bool belief_take(struct agent *a, struct account *account, const struct observation *s,
                            unix_s at, struct fault *why);
/* The series was in an answer, whether its reading moved or not. */
MUST_CHECK bool belief_seen(struct agent *a, struct token *t, unix_s at, struct fault *why);
/* After the commit: logs what is held since `at`. */
void belief_tell(const struct account *account, const struct token_set *f, unix_s at);
/* Whether a reading of a fleet is held. */
bool belief_waits(const struct token_set *f);

/* ---- step.c: a wall clock that is set ---- */

/* The present; while the wall clock was never set, what it would show if no time had passed while
 * nobody looked. */
unix_s step_now(const struct account *account);
/* At the start, within a transaction: what an earlier run stamped with a clock that was never set
 * is put before now. */
MUST_CHECK bool step_open(struct agent *a, struct account *account, struct fault *why);
/* Before a poll that ended `at` is stored, within its transaction: when the wall clock was set
 * since the last one, the times that memory looks back on move with it, so that no gap appears
 * where none was. */
MUST_CHECK bool step_over(struct agent *a, struct account *account, unix_s at, struct fault *why);
/* What was spent since a token's last reading was spent since then by the clock as it is now. */
void step_correct(const struct token *t, struct entry *e);
/* After the commit of a good poll that ended `at`; `boot`: clock_boot of that moment. */
void step_heard(struct account *account, unix_s at, mono_ms boot);

/* ---- credits.c: what is left on the account ---- */

void credits_ask(struct account *account); /* with the poll that starts */
void credits_start(struct agent *a, struct account *account,
                   mono_ms now); /* if asked for and the budget has a call */
mono_ms credits_deadline(const struct account *account, mono_ms now);
/* Whether the last answer told them: what is known of them limits every token. */
bool credits_are_owed(
    const struct account *account); /* not asked yet, or not answered, or not stored */
/* Stores an answer that is there, and what time alone does to the series; within a transaction. */
MUST_CHECK bool credits_store(struct agent *a, struct account *account, unix_s at,
                              struct fault *why);
void credits_settle(struct agent *a,
                    struct account *account); /* after the commit: the answer is taken */
/* Reads what arrived; an answer that came after its poll is stored in a transaction of its own. */
MUST_CHECK bool credits_turn(struct agent *a, struct account *account, unix_s now,
                             struct fault *why);
void credits_done(struct credits *c);

/* ---- consume.c: what was spent on what, as the API tells it ---- */

/* Asks at once, or an hour after the last answer. */
void consumption_open(struct agent *a, struct consumption *c);
/* Asks if it is time, a poll was good and the budget has a spare call. */
void consumption_start(struct agent *a, struct account *account, mono_ms now);
mono_ms consumption_deadline(const struct account *account,
                             mono_ms now); /* MONO_NEVER: something else comes first */
/* Whether the account is still to be asked, or to answer. */
bool consumption_is_owed(const struct account *account, mono_ms now);
void consumption_done(struct consumption *c);
/* Reads what arrived, and stores an answer once it is whole and no poll runs. */
MUST_CHECK bool consumption_turn(struct agent *a, struct account *account, unix_s now,
                                 struct fault *why);

/* ---- rhythm.c: when an account is polled next ---- */

/* The first poll is due after `delay_ms`. */
void pace_start(struct agent *a, struct account *account, int64_t delay_ms);
/* Goes on where the last process, or the last configuration, stopped: a wait that the API asked
 * for, or that failures brought about, outlives both. Not when there is reason to think that it
 * would work now: another URL, a newer key. */
MUST_CHECK bool pace_resume(struct agent *a, struct account *account, struct fault *why);
void pace_hurry(struct account *account); /* the account is due, whatever was planned */
/* Once no poll was good for so long that readings are stale: tells so, in a transaction of its own,
 * poll or not. */
MUST_CHECK bool pace_age(struct agent *a, struct account *account, unix_s now, struct fault *why);
/* Something was spent that no poll of the list tells: the account is not idle. */
void pace_moved(struct account *account);
/* A reading that no poll of the list brought is to be read again. */
void pace_confirm(struct account *account);
/* Plans the next poll after all that this one found out, into p->planned and, in its transaction,
 * the store. */
MUST_CHECK bool pace_plan(struct agent *a, struct account *account, unix_s at, struct fault *why);
/* Takes the plan over; a poll that could not be stored is booked all the same. */
void pace_adopt(struct agent *a, struct account *account, bool stored);
/* While a key is refused, looks every few seconds whether its file has another one; then the
 * account is due. */
void pace_watch_key(struct account *account, mono_ms now);
/* When the account wants to go on: its next poll, or a page that waits for the budget. MONO_NEVER:
 * at an answer. */
mono_ms pace_due(const struct account *account);

/* ---- foresee.c: what a fleet has to expect ---- */

/* Takes an entry to the token's curve and promises. */
void forecasts_entry(struct token *t, const struct entry *e);
/* Consumption from `since` on was taken back: so is what it did to the token's curve, promises and
 * scores. */
MUST_CHECK bool forecasts_take_back(struct agent *a, struct account *account, struct token *t,
                                    unix_s since, struct fault *why);
/* How good the forecasts of an account have been. */
MUST_CHECK bool forecasts_record(struct agent *a, struct account *account, struct fault *why);
/* Makes full forecasts where they matter most, as many as a poll may take, and reads every token's.
 */
MUST_CHECK bool forecasts_refresh(struct agent *a, struct account *account, struct token_set *fleet,
                                  unix_s now, struct fault *why);
/* The earlier of `next_due`, when something else is due, and of the next slice, if one fits in
 * before. */
mono_ms forecasts_deadline(const struct agent *a, mono_ms now, mono_ms next_due);
/* For an idle moment: makes some of the full forecasts that the polls left, if that is over before
 * `next_due`. Writes nothing: the next poll tells what they say. */
MUST_CHECK bool forecasts_slice(struct agent *a, mono_ms next_due, struct fault *why);

/* ---- announce.c: alerts and states -> events and messages, inside the poll's transaction ---- */

/* Whether the outlook moved enough since it was told to be told again. */
bool announce_is_news(const struct token *t);
/* Whether its state was ever said to this broker; with no broker configured there is nothing to
 * say. */
MUST_CHECK bool announce_is_retained(struct agent *a, const struct account *account,
                                     struct token *t, bool *ret, struct fault *why);
MUST_CHECK bool announce_token(struct agent *a, struct account *account, struct token *t, unix_s at,
                               struct fault *why);
MUST_CHECK bool announce_account(struct agent *a, struct account *account, unix_s at,
                                 struct fault *why);
/* An event, on its topic. */
MUST_CHECK bool announce_event(struct agent *a, const struct account *account,
                               const struct alert_event *e, struct fault *why);
/* The retained state of its alert; cleared when nothing stands behind it any more. */
MUST_CHECK bool announce_alert(struct agent *a, const struct account *account,
                               const struct alert_event *e, struct fault *why);
/* Clears every topic of a token that is gone. */
MUST_CHECK bool announce_no_token(struct agent *a, const struct account *account,
                                  const struct token *t, struct fault *why);
/* The topics, in place of what `out` had. */
void announce_account_topic(const struct agent *a, const struct account *account, const char *rest,
                            struct text *out);
void announce_token_topic(const struct agent *a, const struct account *account,
                          const struct token *t, struct text *out);
void announce_alert_topic(const struct agent *a, const struct account *account, const char *rule,
                          const struct token *t, struct text *out);

/* ---- alerts.c: rules -> transitions -> events, inside the caller's transaction ---- */

/* Steps every rule for one series. What a rule that is new here finds waits for
 * alerts_report_findings. */
MUST_CHECK bool alerts_step(struct agent *a, struct account *account, struct token *t, unix_s at,
                            struct fault *why);
MUST_CHECK bool alerts_report_findings(struct agent *a, struct account *account, unix_s at,
                                       struct fault *why);
void alerts_forget_findings(struct account *account);
/* Steps the rules about the account itself. */
MUST_CHECK bool alerts_step_account(struct agent *a, struct account *account,
                                    const struct snapshot *s, const struct outage *outage,
                                    struct fault *why);
/* Whether that would change anything. */
bool alerts_account_moves(const struct agent *a, const struct account *account,
                          const struct snapshot *s);
/* Ends every alert of one series. */
MUST_CHECK bool alerts_end(struct agent *a, struct account *account, struct token *t,
                           const char *reason, unix_s at, struct fault *why);
/* Ends the alerts whose rules are gone; `reason` NULL: it is the rule's. */
MUST_CHECK bool alerts_end_orphans(struct agent *a, struct account *account, const char *reason,
                                   unix_s at, struct fault *why);
/* Ends all that is published of a token, with an event of its own; the row is the caller's to
 * delete. */
MUST_CHECK bool alerts_token_deleted(struct agent *a, struct account *account, struct token *t,
                                     unix_s at, struct fault *why);
MUST_CHECK bool alerts_token_returned(struct agent *a, struct account *account, struct token *t,
                                      unix_s at, struct fault *why);
const struct token *alerts_find_series(struct account *account,
                                       int64_t id); /* NULL: there is none */

/* ---- watch.c: whether an account can be read ---- */

void watch_open(struct agent *a, struct account *account);
void watch_begin(struct account *account, unix_s now, mono_ms mono); /* a poll starts */
/* Takes the result of a poll into account; within its transaction, after all that it found out. */
MUST_CHECK bool watch_poll(struct agent *a, struct account *account, unix_s at, struct fault *why);
/* Time alone: in a transaction of its own when something moved. */
MUST_CHECK bool watch_turn(struct agent *a, struct account *account, unix_s now, struct fault *why);

/* ---- standing.c: what was said before and what stands now ---- */

/* Which rules are new to an account: fills new_rules. */
MUST_CHECK bool standing_meet_rules(struct agent *a, struct account *account, struct fault *why);
/* Notes the rules that an account was judged by; within a transaction. */
MUST_CHECK bool standing_know_rules(struct agent *a, struct account *account, struct fault *why);
/* Ends what was said of accounts that are configured no more, and clears every retained topic that
 * nothing stands behind. */
MUST_CHECK bool standing_settle(struct agent *a, unix_s now, struct fault *why);

/* ---- startup.c: the first lines of the log ---- */

/* Notes that this run ended in order. */
void startup_end(struct agent *a);

/* ---- deliver.c: the outbox and the broker ---- */

MUST_CHECK bool deliver_open(struct agent *a, struct fault *why);
MUST_CHECK bool deliver_turn(struct agent *a, unix_s now, struct fault *why);
MUST_CHECK bool deliver_done(struct agent *a, bool *ret_done,
                             struct fault *why); /* nothing waits for the broker */
void deliver_close(struct agent *a);

/* ---- delivery.c: how that goes ---- */

enum { RETRY_REFUSED_MS = HOUR_S * 1000 }; /* messages that the broker refused */

MUST_CHECK bool delivery_start(struct agent *a, mono_ms now, struct fault *why);
void delivery_moved(struct agent *a, mono_ms now); /* the broker answered */
/* Looks at the outbox now and then and keeps it within its bound, reports a delivery that stalls or
 * is refused, and stores what a reader is to know of the broker. */
MUST_CHECK bool delivery_turn(struct agent *a, mono_ms now, unix_s at, struct fault *why);
struct delivery_state delivery_state(const struct agent *a);
MUST_CHECK bool delivery_judge(struct agent *a,
                               struct fault *why); /* FAULT_RETRY: the broker refused messages */
void delivery_close(struct agent *a);

/* ---- bypass.c: messages past a store that cannot be written ---- */

void bypass_note(struct bypass *b,
                 const struct message *m); /* posted in the transaction under way */
void bypass_forget(struct bypass *b);      /* which is stored: so are they */
void bypass_keep(struct bypass *b);        /* which is lost: they are sent */
void bypass_say(struct bypass *b, const struct message *m); /* to be sent, never stored; retained */
void bypass_start_over(struct bypass *b);                   /* a new connection */
void bypass_turn(struct bypass *b,
                 struct publisher *p); /* sends what waits, as far as there is room */
bool bypass_take_answer(struct bypass *b,
                        const struct publish_answer *answer); /* false: one of the outbox */
bool bypass_waits(const struct bypass *b); /* for the broker to acknowledge something */
/* Within a transaction: posts what is kept. */
MUST_CHECK bool bypass_store(const struct bypass *b, struct store *s, struct fault *why);
void bypass_clear(struct bypass *b); /* it is stored now */
/* Forgets what is never stored; true when retained messages were dropped. */
bool bypass_end(struct bypass *b);
size_t bypass_events(const struct bypass *b); /* kept, not stored */
void bypass_done(struct bypass *b);

/* ---- outage.c: a database that cannot be written or read for a while ---- */

/* To be called with every failure of the store for now: logs, and publishes the status `degraded`.
 */
void outage_feed(struct agent *a, const struct fault *why);
/* Stores what memory kept and lets it follow the store, if that works again. FAULT_FATAL. */
MUST_CHECK bool outage_mend(struct agent *a, struct fault *why);
mono_ms outage_deadline(const struct agent *a); /* of the next try; MONO_NEVER: nothing is kept */
void outage_end(struct agent *a);               /* a poll was stored */
void outage_last_word(const struct agent *a);   /* at the end of the process, if it lasts */
/* After a poll: empties a journal that has grown, and warns of a reader that does not let it. */
MUST_CHECK bool journal_tend(struct agent *a, struct fault *why);
