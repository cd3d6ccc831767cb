/* What is known of an account, and the transactions that change it. */
#pragma once

#include "api/api_call.h"
#include "base/condition.h"
#include "core/forecast_queue.h"
#include "core/plan.h"
#include "core/schedule.h"
#include "core/token_set.h"
#include "daemon/consumption.h"
#include "daemon/credits.h"
#include "daemon/own_key.h"
#include "edge/config.h"
#include "edge/edits.h"
#include "edge/store.h"

struct agent;
struct poll;

/* How it can be read, as far as memory goes beyond the store. */
struct watching {
    struct sight sight;
    int64_t failed_s;    /* while it fails: how long it had by then, */
    mono_ms failed_boot; /* by clock_boot */
    unix_s trying_since; /* the first try since the last poll that ended began; TIME_NONE: none */
    mono_ms trying_mono;
    char reason[sizeof((struct fault *)0)->text]; /* why the last poll was not good */
    unix_s lost_since; /* the tokens' set lacks more than half of them; TIME_NONE: it does not */
    size_t lost;       /* how many */
};

/* A list that ended, while newcomers of it wait. */
struct intake {
    bool waits;
    size_t next;   /* place of the next one in poll.fresh */
    unix_s at;     /* when the list ended, */
    mono_ms began; /* and the same */
};

struct account {
    const struct account_settings *settings;
    int64_t id;
    struct token_set self; /* one: the account as what alerts are about */
    bool *new_rules; /* owned; for each rule, whether it is new to the account. NULL: none is */
    struct watching watching;
    unix_s watched_at; /* judged by time alone, last */
    bool overruled; /* a configured rule is in place of the implied one about unreadable accounts */
    struct token_set fleet;
    struct orphan_alerts orphans; /* firing alerts of rules that are no longer configured */
    struct schedule schedule;
    struct edits edits; /* of our own commands, which no reading has shown yet */
    struct api api;     /* how its API is called */
    struct poll
        *poll; /* owned; NULL between polls, which are over once all of the list is taken in */
    struct intake intake;
    enum poll_result last_result;
    struct poll_end ended;          /* of the last poll, as its state says */
    struct publication publication; /* of that */
    unix_s last_ok;                 /* as stored; TIME_NONE: never */
    struct moment
        heard; /* the last good poll since the start, `mono` by clock_boot; unix TIME_NONE: none */
    unix_s began;                       /* the first one, by the clock as it is now */
    int polls;                          /* since the start */
    int64_t poll_results[POLL_RESULTS]; /* the same, by how they ended */
    unix_s aged_for; /* the last good poll whose readings were found to be stale by time alone */
    mono_ms key_looked_at; /* while the key is refused: its file, last */
    int64_t last_poll;     /* row of the last one since the start; 0: none, or it was not stored */
    struct credits credits;
    struct consumption consumption;
    struct own_key_watch own_key;
    struct forecast_queue
        forecast_queue; /* full forecasts that the fleet is still to get before its next poll */
    struct accuracy_summary record; /* of its newest forecasts that came due */
    bool ahead; /* memory knows what could not be stored, so nothing may be stored on top of it */
    struct token_set kept[PLAN_SETS]; /* while it is: tokens as they are stored, to go back to */
};

/* Finds or makes the account's row, and loads what is known of its tokens. */
MUST_CHECK bool account_open(struct agent *a, struct account *account, struct fault *why);
/* Memory takes over what was planned; `stored` false: ahead of the store. */
void account_adopt(struct agent *a, struct account *account, struct plan *p, bool stored);
/* Once the store works: goes back to what is stored, from which the next poll books whatever
 * happened since. Not while a poll runs, whose observations point at tokens. */
void account_return(struct account *account);
/* Ends an alert whose rule is gone; `reason` NULL: it is the rule's. */
void account_end_orphan(struct plan *p, const struct orphan_alert *o, const char *reason);
void account_close(struct account *account);
