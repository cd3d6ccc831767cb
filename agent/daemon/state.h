/* The agent as its own files see it: every part by value, and the accounts. */
#pragma once

#include "base/condition.h"
#include "base/random.h"
#include "core/live.h"
#include "daemon/account.h"
#include "daemon/bypass.h"
#include "daemon/delivery.h"
#include "daemon/outage.h"
#include "daemon/retained.h"
#include "daemon/upkeep.h"

struct agent {
    const struct settings *settings;
    struct rule *rules_in_force; /* owned: those of the settings that are on, and the implied one */
    struct rule_set rules;       /* the same */
    struct store *store;
    struct fetch *fetch;
    struct publisher *publisher; /* NULL: no broker configured */
    struct web *web;             /* NULL: no `http` in the configuration, or `ebb once` */
    char *status_topic;
    struct text offline;   /* payload of the will */
    struct text client_id; /* at the broker, where the configuration has none */
    struct delivery delivery;
    struct retained retained;
    struct random random;
    struct account *accounts; /* one for each of the settings */
    size_t account_count;
    int64_t sent_up_to; /* outbox id of the newest message in flight */
    bool outbox_waits;  /* there may be something to send */
    bool starts_over; /* a new connection, and the retained messages are not lined up for it yet */
    bool store_ill;   /* no poll was stored since a write failed: */
    struct store_outage outage;
    struct bypass bypass;
    struct upkeep upkeep;
    bool past_store;     /* what is announced goes there now */
    int64_t provisional; /* the last id of a token that could not be stored, below zero */
    struct conditions
        conditions; /* what is wrong for longer: logged at its begin, hourly, and at its end */
    bool begun;     /* the store knows that this run began */
    bool once;      /* one poll of each account, then the end: `ebb once` */
    mono_ms opened_at;
    bool reload_wanted; /* once what is under way has ended */
    mono_ms woke_at;    /* from the last wait; 0: there was none */
    int64_t
        longest_ms;   /* between two waits, since the last poll: nothing else is served meanwhile */
    bool poll_ended;  /* since the last wait */
    bool poll_stored; /* and what the journal then needs is still to be done */
    struct live live; /* daemon/live.h */
    struct live_account *live_accounts; /* owned */
    bool quiet;                         /* nothing arrived in the last turn */
    mono_ms confirm_until;              /* of `ebb once` */
    mono_ms slice_due;                  /* of forecasts between polls */
    size_t sliced;                      /* counts on; whose turn it is */
};
