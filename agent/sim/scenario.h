/* What each key of a scenario means, as tables of rows; knows nothing of YAML. */
#pragma once

#include "sim/sim.h"
#include "sim/world.h"

#define SCENARIO_CREDITS_NANO (INT64_C(100000) * NANO_PER_USD) /* of an account that names none */

/* A time, or "+30d" from `now`. */
MUST_CHECK bool scenario_read_time(struct span value, unix_s now, unix_s *ret, struct fault *why);

/* A token, or a run of them, as far as it has been read. */
struct token_draft {
    unix_s now;
    char *name, *secret, *member; /* owned */
    int64_t count;                /* more than 1: `name` holds one "%d" or "%05d" */
    bool active_given, amount_given, legacy, revoked;
    struct terms terms;
    struct spend_profile profile;
    struct use uses[TOKEN_USES_MAX];
    size_t use_count;
};

void scenario_draft(const struct world *w, struct token_draft *ret);
void scenario_draft_done(struct token_draft *draft);
MUST_CHECK bool scenario_set_token(struct token_draft *draft, struct span key, struct span value,
                                   struct fault *why);
MUST_CHECK bool scenario_add_use(struct world *w, struct token_draft *draft, struct span value,
                                 struct fault *why);
MUST_CHECK bool scenario_add_tokens(struct sim_account *a, struct token_draft *draft,
                                    struct fault *why);

struct account_draft {
    const char *name, *key; /* live as long as the world */
    struct maybe_money credits;
};

/* A management key, as far as it has been read. */
struct manage_draft {
    unix_s now;
    char *name, *key; /* owned */
    unsigned scopes;
    unix_s expires;
};

void scenario_manage_draft(const struct world *w, struct manage_draft *ret);
void scenario_manage_draft_done(struct manage_draft *draft);
MUST_CHECK bool scenario_set_manage_key(struct manage_draft *draft, struct span key,
                                        struct span value, struct fault *why);
MUST_CHECK bool scenario_add_manage_key(struct sim_account *a, const struct manage_draft *draft,
                                        struct fault *why);

/* mgmt-eden-NAME-read, -write and -mint, for an account that lists none. */
void scenario_default_manage_keys(struct sim_account *a);

extern const char *const scenario_account_keys[];
extern const size_t scenario_account_key_count;
MUST_CHECK bool scenario_set_account(struct world *w, struct account_draft *draft, size_t key,
                                     struct span value, struct fault *why);

/* Whether a mapping of this kind may have the key. */
MUST_CHECK bool scenario_key_known(struct span key, bool root, struct fault *why);

/* Sets the clock and the seed going: the options first, then the file, then now. */
void scenario_start_clock(struct world *w, const struct sim_options *options);
