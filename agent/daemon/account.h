/* What is known of an account, and the transactions that change it. */
#pragma once

#include "api/api_call.h"
#include "base/condition.h"
#include "core/forecast_queue.h"
#include "core/schedule.h"
#include "core/token_set.h"
#include "daemon/consumption.h"
#include "daemon/credits.h"
#include "edge/config.h"
#include "edge/edits.h"
#include "edge/store.h"

struct agent;
struct poll;

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
    struct edits edits; /* of our own commands, which no reading has shown yet */
    struct api api;     /* how it is asked */
    struct poll *poll;  /* owned; NULL between polls */
    enum poll_result last_result;
    struct poll_end ended;          /* of the last poll, as its state says */
    struct publication publication; /* of that */
    unix_s last_ok;                 /* as stored; TIME_NONE: never */
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
