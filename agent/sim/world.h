/* Everything one running sim holds, handed to every route. Owned and put together by sim.c. */
#pragma once

#include "sim/account.h"
#include "sim/faults.h"
#include "sim/manners.h"
#include "sim/request_log.h"
#include "sim/vclock.h"

/* The list of an account as last rendered; valid while the account's version stays. */
struct list_cache {
    struct body *body;
    uint64_t version;
};

/* A bucket that holds one second's worth of calls. */
struct rate_bucket {
    double tokens;
    mono_ms filled_at;
};

struct tenant {
    struct sim_account *account;
    struct list_cache list;
    struct rate_bucket bucket;
};

struct world {
    struct tenant *tenants;
    size_t tenant_count;
    struct virtual_clock clock;
    unix_s started; /* virtual */
    uint64_t seed;
    bool control;
    int64_t rate_limit; /* API calls a second and account; 0: no limit */
    int64_t key_limit;  /* living keys of an account; 0: no limit */
    int64_t v2_page;    /* tokens on a page of v2's list; 0: no pages */
    int64_t settle_every_s;
    struct manners manners;
    unsigned port;      /* where it listens, for links to itself */
    struct index words; /* texts that must outlive the accounts: uses */
    struct sim_faults sim_faults;
    struct request_log log;
};

void world_done(struct world *w);

/* Adds an account and returns it; it belongs to the world. */
struct sim_account *world_add_account(struct world *w, const char *name, const char *key);

/* From now on what was spent reaches the balances that v2 shows in batches; 0: at once. */
void world_settle_every(struct world *w, int64_t every_s);

const char *world_word(struct world *w,
                       const char *text); /* a copy that lives as long as the world */

/* Lets every account catch up with the virtual clock, and returns what it shows. */
unix_s world_advance(struct world *w);
