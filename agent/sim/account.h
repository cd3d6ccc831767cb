/* One account of the stand-in: its tokens, its credits, its books, and the virtual time up to which
 * both are true.
 *
 * The account owns its tokens. All money is exact; every call that could change what the API says
 * bumps `version`. */
#pragma once

#include "core/reading.h"
#include "sim/books.h"
#include "sim/index.h"
#include "sim/profile.h"

enum { TOKEN_USES_MAX = 8, SECRET_BYTES_MAX = 2000 };

#define TOKEN_TYPE_DEFAULT "api_token"
#define TOKEN_TYPE_SANDBOX "sandbox_api_token"

/* What a client may set on a token; kept coherent by token_form.c and scenario.c. */
struct terms {
    char type[TYPE_BYTES];
    struct maybe_money balance;
    bool budgeted;
    unix_s expires; /* TIME_NONE: never */
    enum reset_period period;
    struct maybe_money reset_amount;
};

/* A feature of a provider that a profile buys; the texts live as long as the sim. */
struct use {
    const char *feature, *provider;
};

struct sim_token {
    char *name, *secret;
    char *shown; /* what the API says instead of it, be it JSON or not; NULL: what it is */
    struct terms terms;
    struct spend_profile profile;
    struct use uses[TOKEN_USES_MAX]; /* at least one */
    size_t use_count;
    uint64_t seed; /* from the sim's seed and the name */
    struct money spent;
    unix_s next_slot, next_reset; /* INT64_MAX: never */
    size_t agenda_at;             /* its place in the account's agenda */
};

struct sim_account {
    char *name, *key;
    uint64_t seed;
    struct money credits, base_spent;
    struct sim_token **tokens; /* in the order of creation */
    size_t token_count, token_room;
    struct index by_name, by_secret;
    struct sim_token **agenda; /* heap of the same tokens, earliest event first */
    struct books books;
    unix_s now;       /* everything due until then has happened */
    uint64_t version; /* another value: the API would say something else */
    uint64_t created; /* tokens ever, so that a name that comes back gets another secret */
};

struct sim_account *account_new(const char *name, const char *key, uint64_t seed, unix_s now);
void account_free(struct sim_account *a);

/* What a scenario or a POST asks for; all borrowed, copied by account_add. */
struct token_order {
    const char *name;
    const char *secret; /* NULL: made up from the seed */
    struct terms terms;
    struct spend_profile profile; /* PROFILE_NONE: {0} */
    const struct use *uses;       /* texts must outlive the account */
    size_t use_count;             /* 0: the default use */
};

/* The name must be new in the account. */
struct sim_token *account_add(struct sim_account *a, const struct token_order *order);
void account_remove(struct sim_account *a, struct sim_token *token);
struct sim_token *account_named(const struct sim_account *a, struct span name); /* NULL: none */
struct sim_token *account_with_secret(const struct sim_account *a, struct span secret);

/* Replaces a token's terms; its next reset follows the new period. */
void account_set_terms(struct sim_account *a, struct sim_token *token, const struct terms *terms);

/* Lets everything that is due until `now` happen, in order of time: resets, then spending. */
void account_advance(struct sim_account *a, unix_s now);

enum spend_verdict { SPEND_DONE, SPEND_EXPIRED, SPEND_EMPTY };

/* Buys for a token, or for the main key when NULL. A call that the balance still covers in part
 * goes through and leaves it below zero, as with the real service; a sandbox token never pays. */
enum spend_verdict account_spend(struct sim_account *a, struct sim_token *token,
                                 const struct purchase *wanted);

static inline bool token_is_sandbox(const struct sim_token *t)
{
    return strcmp(t->terms.type, TOKEN_TYPE_SANDBOX) == 0;
}

static inline bool token_is_expired(const struct sim_token *t, unix_s now)
{
    return t->terms.expires != TIME_NONE && t->terms.expires <= now;
}
