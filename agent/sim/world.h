/* Everything one running sim holds, handed to every route. Owned and put together by sim.c. */
#pragma once

#include "sim/account.h"
#include "sim/faults.h"
#include "sim/request_log.h"
#include "sim/vclock.h"

enum balance_form { BALANCE_NUMBER, BALANCE_STRING };

/* Which answers about a token hold its secret: the service moved it once. */
enum secret_place { SECRET_IN_GET, SECRET_IN_POST, SECRET_NOWHERE };

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
    enum balance_form balance_form;
    enum secret_place secret_place;
    bool end_is_exclusive, no_data_is_404; /* of consumption */
    struct index words;                    /* texts that must outlive the accounts: uses */
    struct sim_faults sim_faults;
    struct request_log log;
};

void world_done(struct world *w);

/* Adds an account and returns it; it belongs to the world. */
struct sim_account *world_add_account(struct world *w, const char *name, const char *key);

const char *world_word(struct world *w,
                       const char *text); /* a copy that lives as long as the world */

/* Lets every account catch up with the virtual clock, and returns what it shows. */
unix_s world_advance(struct world *w);
